# A repository in which v1.2 is a release with other documents.
git init --quiet --initial-branch main
mv lexicons now
mv v1.2 lexicons
git add lexicons
git commit --quiet --message "Release 1.2"
git tag v1.2
rm -r lexicons
mv now lexicons
git add lexicons
git commit --quiet --message "Require the ISBN"
