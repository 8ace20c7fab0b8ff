"""Makes heapsort.json: scores that drive NumPy's introsort into its heapsort, and the AP in NumPy's and in the stable order.

Run with NumPy 1.24.2: python heapsort.py > heapsort.json
The scores come from McIlroy's adversary (A Killer Adversary for Quicksort, 1999): values are settled only while a quicksort looks at them.
"""
import json

import numpy as np


def adversary(n):
    value, solid, candidate = [n] * n, 0, 0

    def less(x, y):
        nonlocal solid, candidate
        if value[x] == n and value[y] == n:
            value[x if x == candidate else y] = solid
            solid += 1
        if value[x] == n:
            candidate = x
        elif value[y] == n:
            candidate = y
        return value[x] < value[y]

    order, waiting = list(range(n)), [(0, n - 1)]

    def swap(a, b):
        order[a], order[b] = order[b], order[a]

    while waiting:
        low, high = waiting.pop()
        while high - low >= 16:
            middle = low + ((high - low) >> 1)
            for a, b in ((middle, low), (high, middle), (middle, low)):
                if less(order[a], order[b]):
                    swap(a, b)
            pivot, left, right = order[middle], low, high - 1
            swap(middle, right)
            while True:
                left += 1
                while less(order[left], pivot):
                    left += 1
                right -= 1
                while less(pivot, order[right]):
                    right -= 1
                if left >= right:
                    break
                swap(left, right)
            swap(left, high - 1)
            if left - low < high - left:
                waiting.append((left + 1, high))
                high = left - 1
            else:
                waiting.append((low, left - 1))
                low = left + 1
    return np.array(value)


def average_precision(hits):
    true = np.cumsum(hits)
    precision = np.maximum.accumulate((true / np.arange(1, len(hits) + 1))[::-1])[::-1]
    return float(np.sum(precision[hits]) / true[-1])


scores = adversary(200) // 2
hits = np.random.RandomState(0).rand(len(scores)) < 0.4
print(json.dumps({
    "scores": scores.tolist(),
    "hits": hits.tolist(),
    "ap_numpy": average_precision(hits[np.argsort(scores.astype(float))[::-1]]),
    "ap_stable": average_precision(hits[np.argsort(scores.astype(float), kind="stable")[::-1]]),
}))
