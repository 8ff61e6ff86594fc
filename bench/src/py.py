# A short pure-Python program (dictionaries, classes, strings, big integers, recursion): its time
# includes the interpreter's start.
class Node:
    __slots__ = ("key", "left", "right")
    def __init__(self, key):
        self.key, self.left, self.right = key, None, None

def insert(root, key):
    while True:
        side = "left" if key < root.key else "right"
        nxt = getattr(root, side)
        if nxt is None:
            setattr(root, side, Node(key))
            return
        root = nxt

def depth(n):
    return 0 if n is None else 1 + max(depth(n.left), depth(n.right))

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

root, r, words = Node(500), 12345, {}
for i in range(1500):
    r = (r * 1103515245 + 12345) & 0x7FFFFFFF
    insert(root, r % 1000)
    w = "w%d" % (r % 97)
    words[w] = words.get(w, 0) + 1
big = 1
for i in range(1, 200):
    big *= i
text = " ".join(sorted(words))
result = (depth(root), fib(15), len(words), len(str(big)), text.count("w1"))
if result != (22, 610, 97, 373, 11):
    raise SystemExit("wrong result: %r" % (result,))
