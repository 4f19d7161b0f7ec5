cp -r "$CHECKOUT/tests/pages/generating/my" my
atlex build my/lexicons --out src/my_sdk
cat >bot.py <<'PYTHON'
import my_sdk
from atlex.testing import FakePds

FakePds(my_sdk)
PYTHON
