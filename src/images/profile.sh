# /etc/profile of the guest, for bash. (busybox sh reads it too, and takes the first lines only.)
export HOME=/root PATH=/bench:/bin:/sbin:/usr/bin:/usr/sbin LANG=C.UTF-8
[ -n "$BASH_VERSION" ] || return 0
cd
PS1='\w # '
stty iutf8

# A serial line does not tell how large the terminal at its other end is. The first prompt asks: the cursor goes as far as
# it can, and the terminal reports where it came to, ESC [ ROWS ; COLUMNS R. Nothing waits for that, since the report may
# come late or never, and what was typed before it must not be lost. To the line editor it is a key, one for each ROWS.
LEAST_ROWS=5 # below, keys with modifiers begin in the same way
MOST_ROWS=199

# $1: rows. The columns are still to be read. The prompt is then written again and asks again: that report is left out.
take_report() {
  local columns
  IFS= read -rsd R -t 5 columns && stty rows "$1" columns "$columns"
  bind "\"\\e[$1;\": skip-csi-sequence"
}

ask_size() {
  local rows
  if [ -n "$asked" ]; then
    PS1='\w # ' PROMPT_COMMAND=
    stty echoctl
  # With a line typed ahead the report would come while that line's program runs: the next prompt asks then.
  elif ! read -t 0; then
    for ((rows = LEAST_ROWS; rows <= MOST_ROWS; rows++)); do bind -x "\"\\e[$rows;\": take_report $rows"; done
    # A report that comes while the first command runs is echoed: not as ^[[, which would show, but as the terminal's own, which does not.
    stty -echoctl
    asked=1 PS1='\[\e7\e[999;999H\e[6n\e8\]\w # '
  fi
}

# Other reports are answers to programs that have ended, or to a file that was shown: no keys. Without this the line editor would take
# them for typed text and for commands. They begin with ESC [, and those that end with BEL or ESC \ with ESC ] or ESC P.
take_string() {
  local key
  while IFS= read -rsn 1 -t 1 key; do case $key in $'\a' | \\) break ;; esac; done
}
bind '"\e[": skip-csi-sequence'
bind -x '"\e]": take_string'
bind -x '"\eP": take_string'

[ "$TERM" = dumb ] || PROMPT_COMMAND=ask_size
read -r line < /etc/issue && echo "$line"
