"""Writes python_pickles.txt: `name protocol base64` a line. Run with Python 3.11.2 and NumPy 1.24.2."""
import base64
import collections
import pickle

import numpy as np

PLAIN = {
    'n': None, 't': True, 'f': False,
    'i': [0, 255, 256, 65535, 65536, -1, -129, 2**31, -2**63, 2**63 - 1, 2**70, -2**70],
    'd': [0.5, -1e300, float('inf')],
    's': ["", "a'b", 'caf\xe9 \u4e2d \U0001F600\\n\n'],
    'b': [b'', b'\x00\xff'],
    't0': (), 't1': (1,), 't4': (1, 2, 3, (4,)),
    'x': {1: 2, (1, 'a'): None},
}
ARRAYS = {
    'f8': np.array([[1.5, 2, 3], [4, 5, 6]]),
    'f4F': np.asfortranarray(np.array([[1.5, 2, 3], [4, 5, 6]], np.float32)),
    'be': np.array([1, 2, -3], '>i4'),
    'b': np.array([True, False]),
    'U': np.array(['ab', 'c']),
    'O': np.array([1, None], object),
    'z': np.array(7, np.int64),
    'e': np.zeros((0, 5)),
    's': np.float32(0.25),
    'u': np.uint64(2**64 - 1),
    'h': np.array([0.5], np.float16),
    'u1': np.array([200], np.uint8),
    'S': np.array([b'xy']),
}
ORDERED = collections.OrderedDict(a=1, b=2)
ORDERED._metadata = collections.OrderedDict(v=1)

with open('python_pickles.txt', 'w') as f:
    for name, value in (('plain', PLAIN), ('arrays', ARRAYS), ('ordered', ORDERED)):
        for protocol in range(6):
            print(name, protocol, base64.b64encode(pickle.dumps(value, protocol)).decode(), file=f)
