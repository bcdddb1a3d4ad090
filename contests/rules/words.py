"""Counting words in any script."""

import re
from typing import Final

# Chinese characters and Japanese kana carry no spaces: each counts, as in word processors.
_SINGLE: Final = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Thai, Lao, Burmese and Khmer carry none either; five code points are an average word of theirs.
_RUNS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD: Final = re.compile(
    rf"[{_SINGLE}]|[{_RUNS}]{{1,5}}|[^\W_{_SINGLE}{_RUNS}][^\s{_SINGLE}{_RUNS}]*"
)


def count_words(text: str) -> int:
    """Count the words of `text` in any script, as closely as a limit on length needs.

    In spaced scripts a word is a run without white space that holds a letter or digit ("don't" and
    "e-mail" are one). Chinese and kana count by character; scripts of South-East Asia without
    spaces count one word for each five code points begun.
    """
    return len(_WORD.findall(text))
