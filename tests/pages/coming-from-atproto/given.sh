mkdir src
cp "$CHECKOUT/tests/migrate/atproto_programs/post.py" src/bot.py
