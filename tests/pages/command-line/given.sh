# Bob has logged in before, and Alice has a profile.
python -c 'from PIL import Image; Image.new("RGB", (1, 1)).save("picture.png")'
atlex login bob.example.com
atlex login alice.example.com
atlex record put at://alice.example.com/app.bsky.actor.profile/self @profile.json
atlex logout
