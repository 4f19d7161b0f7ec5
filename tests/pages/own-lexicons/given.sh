# A package of somebody else's.
atlex build other/lexicons --out src/other_sdk --base atlex_sdk
