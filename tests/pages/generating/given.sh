# Some official documents to bring in.
for document in app/bsky/richtext/facet com/atproto/label/defs com/atproto/repo/strongRef; do
    mkdir -p "path/to/documents/$(dirname $document)"
    cp "$CHECKOUT/lexicons/$document.json" "path/to/documents/$document.json"
done
