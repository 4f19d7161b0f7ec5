"""Programs of users, moved from one package to another: what ``atlex migrate`` does.

It needs libcst, which nothing else of the generator does.
"""
