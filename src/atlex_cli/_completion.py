"""``atlex completion``: prints what makes a shell complete the command."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer

from atlex_cli._output import say

__all__ = ["completion_command"]

# Bash takes = and : for ends of words, and puts what is chosen behind the last of them. What is added to the word is
# quoted: the name of a file may be anything.
_BASH: Final = r"""
_atlex() {
    local line=${COMP_LINE:0:COMP_POINT} word prefix= candidate rest
    word=${line##*[[:space:]]}
    [[ $word == *[=:]* && $COMP_WORDBREAKS == *=* ]] && prefix=${word%"${word##*[=:]}"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        [[ -n $candidate ]] || continue
        rest=${candidate#"$word"}
        [[ $candidate == "$word"* ]] || word= prefix=
        [[ -z $rest ]] || printf -v rest %q "$rest"
        [[ $candidate == *[.=/@] ]] || rest="$rest "
        candidate=$word$rest
        COMPREPLY+=("${candidate#"$prefix"}")
    done < <(atlex __complete "$line" 2>/dev/null)
}
complete -o nospace -F _atlex atlex
"""

_ZSH: Final = r"""
#compdef atlex
_atlex() {
    local -a found whole parts
    found=("${(@f)$(atlex __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    whole=(${found:#*[.=/@]})
    parts=(${(M)found:#*[.=/@]})
    (( $#whole )) && compadd -- $whole
    (( $#parts )) && compadd -S '' -- $parts
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _atlex "$@"
else
    compdef _atlex atlex
fi
"""

_FISH: Final = r"""
function __atlex_complete
    set -l words (commandline -opc)
    atlex __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c atlex -f -a '(__atlex_complete)'
"""

_SCRIPTS: Final = {"bash": _BASH, "fish": _FISH, "zsh": _ZSH}


def completion_command(
    shell: Annotated[
        Literal["bash", "fish", "zsh"], typer.Argument(metavar="SHELL", help="bash, fish or zsh.")
    ],
) -> None:
    """Print a script that makes a shell complete commands, options, methods, their arguments and accounts.

    For bash, add to ~/.bashrc: source <(atlex completion bash). For zsh, add to ~/.zshrc, below compinit:
    source <(atlex completion zsh). For fish: atlex completion fish > ~/.config/fish/completions/atlex.fish

    Example: atlex completion bash
    """
    say(_SCRIPTS[shell].strip().splitlines())
