"""Prints how long Python's pickle takes for rows with dates and for doubles: median milliseconds, dumps / loads."""
import array, datetime, json, pickle, statistics, time

start = datetime.datetime(2020, 9, 13)
rows = [
    {
        "id": i, "name": f"user {i}", "email": f"user{i}@example.com", "age": i % 90, "score": i / 100, "isActive": i % 2 == 0,
        "createdAt": start + datetime.timedelta(seconds=1234 * i), "updatedAt": start + datetime.timedelta(seconds=7654 * i),
        "note": "some note text" if i % 3 else None,
    }
    for i in range(10_000)
]
values = array.array("d", (i / 3 for i in range(1_000_000)))


def median(work):
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def cell(value):
    data = pickle.dumps(value, 5)
    return f"{median(lambda: pickle.dumps(value, 5)):.1f} / {median(lambda: pickle.loads(data)):.1f}"


print(json.dumps([cell(rows), cell(values)]))
