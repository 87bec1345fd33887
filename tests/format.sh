#!/usr/bin/env bash
# Fails, naming file and line, where a source file is not as clang-format would write it.
# `format.sh --fix` rewrites the files instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

clang_format=/usr/bin/clang-format
[[ -x $clang_format ]] || clang_format=clang-format
action=(--dry-run --Werror)
[[ ${1:-} != --fix ]] || action=(-i)
find src bench tests fuzz include examples \( -name '*.cc' -o -name '*.h' -o -name '*.hpp' -o -name '*.cpp' \) -print0 |
  xargs -0 -P "$(nproc)" -n 16 "$clang_format" "${action[@]}"
