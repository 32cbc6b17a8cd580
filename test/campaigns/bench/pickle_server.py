"""Times Python's pickle for another process: for each line `<payload> <encode or decode>` one line of milliseconds."""
import array, datetime, pickle, sys, time

start = datetime.datetime(2020, 9, 13)
payloads = {
    "rows": [
        {
            "id": i, "name": f"user {i}", "email": f"user{i}@example.com", "age": i % 90, "score": i / 100, "isActive": i % 2 == 0,
            "createdAt": start + datetime.timedelta(seconds=1234 * i), "updatedAt": start + datetime.timedelta(seconds=7654 * i),
            "note": "some note text" if i % 3 else None,
        }
        for i in range(10_000)
    ],
    "doubles": array.array("d", (i / 3 for i in range(1_000_000))),
    "plain": [
        {
            "id": i, "name": f"row {i}", "value": i / 7, "group": f"group-{i % 17}", "isOk": i % 2 == 0, "count": i * 37,
            "label": "some label text here", "ratio": 1 / (i + 1),
        }
        for i in range(20_000)
    ],
}
written = {name: pickle.dumps(value, 5) for name, value in payloads.items()}

for line in sys.stdin:
    name, verb = line.split()
    begin = time.perf_counter()
    if verb == "encode":
        pickle.dumps(payloads[name], 5)
    else:
        pickle.loads(written[name])
    print((time.perf_counter() - begin) * 1000, flush=True)
