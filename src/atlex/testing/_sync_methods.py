"""``com.atproto.sync.*`` for repositories: whole ones, and parts of them with their proof."""

from __future__ import annotations

from typing import Any, Final

from atlex.testing._accounts import Account
from atlex.testing._car import car
from atlex.testing._methods import Call, Methods, method
from atlex.testing._wire import PdsError

__all__ = ["SyncMethods"]

_CAR: Final = "application/vnd.ipld.car"


class SyncMethods(Methods):
    """The methods that hand out repositories as they are signed. The signatures aren't real ones."""

    @method("com.atproto.sync.getRepo", auth="optional", takendown=True)
    def get_repo(self, call: Call) -> Any:
        """Give a repository, or only its records since a revision."""
        repo, since = self._available(call).repo, call.params.get("since", "")
        records = (record.value for record in repo.all_records() if record.rev > since)
        return car(repo.head.cid, [repo.signed, *repo.tree.nodes(), *records]), _CAR

    @method("com.atproto.sync.getRecord", auth="optional")
    def get_record(self, call: Call) -> Any:
        """Give a record with the nodes that prove that it is in the repository, or that it isn't."""
        repo = self._available(call).repo
        collection, rkey = call.params["collection"], call.params["rkey"]
        record = repo.get(collection, rkey)
        found = [] if record is None else [record.value]
        return car(repo.head.cid, [repo.signed, *repo.tree.nodes(f"{collection}/{rkey}"), *found]), _CAR

    @method("com.atproto.sync.getLatestCommit", auth="optional")
    def get_latest_commit(self, call: Call) -> Any:
        """Give the latest commit of a repository."""
        return self._available(call).repo.head._asdict()

    @method("com.atproto.sync.getRepoStatus")
    def get_repo_status(self, call: Call) -> Any:
        """Give the state of a repository."""
        account = self.state.accounts.find(call.params["did"])
        if account is None:
            raise PdsError(400, "RepoNotFound", f"Could not find repo for DID: {call.params['did']}")
        return {
            "did": account.did,
            **_status(account),
            **({"rev": account.repo.head.rev} if account.active else {}),
        }

    @method("com.atproto.sync.listRepos")
    def list_repos(self, call: Call) -> Any:
        """Give all repositories, page by page."""
        accounts = list(self.state.accounts)
        cursor = call.params.get("cursor", "0")
        start = int(cursor) if cursor.isascii() and cursor.isdecimal() else len(accounts)
        shown = accounts[start : start + call.params["limit"]]
        repos = [
            {
                "did": account.did,
                "head": account.repo.head.cid,
                "rev": account.repo.head.rev,
                **_status(account),
            }
            for account in shown
        ]
        end = start + len(shown)
        return {"repos": repos, **({"cursor": str(end)} if end < len(accounts) else {})}

    @method("com.atproto.sync.listBlobs", auth="optional", takendown=True)
    def list_blobs(self, call: Call) -> Any:
        """Give the CIDs of the blobs that records refer to, page by page."""
        repo, cursor = self._available(call).repo, call.params.get("cursor", "")
        cids = [cid for cid in repo.blob_cids(call.params.get("since", "")) if cid > cursor]
        shown = cids[: call.params["limit"]]
        return {"cids": shown, **({"cursor": shown[-1]} if len(shown) < len(cids) else {})}

    def _available(self, call: Call) -> Account:
        return self.state.available(call.params["did"], call.did)


def _status(account: Account) -> dict[str, Any]:
    return {"active": account.active, **({} if account.status is None else {"status": account.status})}
