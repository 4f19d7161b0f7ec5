# Of the two places that the page names, this project has its documents in one.
ln -s my/lexicons lexicons
