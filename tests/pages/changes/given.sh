. "$CHECKOUT/tests/pages/release.sh"
