"""philox.json: known answers of Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3;
SC'11). The first three are the published vectors of Random123's kat_vectors; the others come from the implementation
below, which must reproduce those three.

Run: python make_philox.py       (needs numpy, for the version it records)
"""

import recording

MASK = 0xFFFFFFFF
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)  # golden ratio, sqrt(3) - 1
PUBLISHED = [  # counter, key, output
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
OTHERS = [
    ((1, 0, 0, 0), (0, 0)), ((0, 1, 0, 0), (0, 0)), ((0, 0, 1, 0), (0, 0)), ((0, 0, 0, 1), (0, 0)),
    ((0, 0, 0, 0), (1, 0)), ((0, 0, 0, 0), (0, 1)), ((MASK, 0, 0, 0), (42, 0)),
    ((0, 1, 0, 0), (42, 0)), ((1, 2, 3, 4), (5, 6)),
    *[((i, 0, 0, 0), (42, 0)) for i in range(8)],
]


def philox(counter, key, rounds=10):
    """Four 32-bit words for a counter of four and a key of two; word 0 is the least significant."""
    a, b, c, d = counter
    k, l = key
    for _ in range(rounds):
        left, right = MULTIPLIERS[0] * a, MULTIPLIERS[1] * c
        a, b, c, d = (right >> 32) ^ b ^ k, right & MASK, (left >> 32) ^ d ^ l, left & MASK
        k, l = (k + WEYL[0]) & MASK, (l + WEYL[1]) & MASK
    return [a, b, c, d]


def words(text):
    return [int(word, 16) for word in text.split()]


def main():
    vectors = [{"counter": words(c), "key": words(k), "output": words(o), "published": True} for c, k, o in PUBLISHED]
    for vector in vectors:
        assert philox(vector["counter"], vector["key"]) == vector["output"], vector
    vectors += [{"counter": list(c), "key": list(k), "output": philox(c, k), "published": False} for c, k in OTHERS]
    recording.write(
        "philox", "Philox4x32, 10 rounds: unsigned 32-bit words, counter word 0 the least significant. 'published': "
        "from Random123's known-answer file.", [], {"rounds": 10, "vectors": vectors})


main()
