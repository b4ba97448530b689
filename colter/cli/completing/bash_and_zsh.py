"""The part that the scripts for bash and zsh share: how the words before the cursor are read."""

from collections.abc import Sequence

from colter.cli.completing.templates import filled, paths, patterns
from colter.cli.completing.words import Place, valued

_TEMPLATE = r"""        case $spot in
            -c|--config) config=$word spot=''; continue ;;
            --state) state=$word spot=''; continue ;;
            -*) spot=''; continue ;;
        esac
        if [[ -z $only && $word == -?* ]]; then
            case $word in
                --) only=1 ;;
                --config=*) config=${word#*=} ;;
                --state=*) state=${word#*=} ;;
            esac
            case $place:$word in
__VALUED__
            esac
            continue
        fi
        case ${place:+$place }$word in
__PATHS__) place=${place:+$place }$word at=0 ;;
            *) (( at += 1 )) ;;
        esac"""


def walk(tree: Sequence[Place]) -> str:
    """For each `$word`: which command it leads to (`place`), and whether the next one is an option's value (`spot`)."""
    return filled(
        _TEMPLATE,
        VALUED=[f"                {patterns(each)}) spot=$word ;;" for each in valued(tree)],
        PATHS=[" " * 12 + patterns(paths(tree))],
    )
