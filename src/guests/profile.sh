# /etc/profile of the guest, for bash. (busybox sh reads it too, and takes the first line only.)
export HOME=/root PATH=/bench:/bin:/sbin:/usr/bin:/usr/sbin LANG=C.UTF-8
[ -n "$BASH_VERSION" ] || return 0
cd
PS1='\w # '
stty iutf8

# A serial line does not tell how large the terminal at its other end is: moved as far as it goes, the cursor says where it
# came to. Before a prompt this is asked until there was an answer, but never while something has been typed ahead.
ask_size() {
  local mode reply= key size
  mode=$(stty -g)
  stty -icanon -echo
  if ! read -t 0; then
    printf '\e7\e[999;999H\e[6n\e8'
    while [[ $reply != *$'\e['*R ]] && IFS= read -rN1 -t 1 key; do reply+=$key; done
    PROMPT_COMMAND=
  fi
  stty "$mode"
  [ -z "$reply" ] || take_reply "$reply"
}

# Sets the size. What was typed between question and answer is given to the prompt that follows: the shell types it
# itself when the terminal says that it is there (ESC [ 0 n).
take_reply() {
  local LC_ALL=C typed=$1 keys= code at
  if [[ $typed =~ $'\e['([0-9]+)';'([0-9]+)R ]]; then
    stty rows "${BASH_REMATCH[1]}" columns "${BASH_REMATCH[2]}"
    typed=${typed/"${BASH_REMATCH[0]}"/}
  fi
  [ -n "$typed" ] || return 0
  for ((at = 0; at < ${#typed}; at++)); do
    printf -v code %d "'${typed:at:1}"
    printf -v keys '%s\\%03o' "$keys" $((code & 255))
  done
  bind "\"\\e[0n\": \"$keys\""
  printf '\e[5n'
}

[ "$TERM" = dumb ] || PROMPT_COMMAND=ask_size
read -r line < /etc/issue && echo "$line"
