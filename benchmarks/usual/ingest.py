"""The job of `ingest` as it is usually written: csv module, row by row, sqlite3. Arguments: source, database. Prints what became of the rows."""
import csv
import re
import sqlite3
import sys
from datetime import datetime

EMAIL = re.compile(r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$")
COUNTRIES = {"DE", "PL", "ES", "GR", "SE", "IE", "JP", "CH", "PT"}
STATUSES = {"new", "paid", "shipped", "returned"}


def problem(row, seen):
    if not EMAIL.match(row["email"]):
        return "email"
    if not 1 <= len(row["customer"]) <= 60:
        return "customer"
    if row["country"] not in COUNTRIES:
        return "country"
    if row["status"] not in STATUSES:
        return "status"
    if not 1 <= row["quantity"] <= 1000:
        return "quantity"
    if row["price"] <= 0:
        return "price"
    if not 0 <= row["discount"] <= 0.9:
        return "discount"
    if row["ordered_at"] < datetime(2015, 1, 1):
        return "ordered_at"
    if len(row["note"]) > 200:
        return "note"
    if row["id"] in seen:
        return "duplicate"
    return None


def main(source, database):
    connection = sqlite3.connect(database)
    connection.execute("""CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, email TEXT NOT NULL, country TEXT, status TEXT,
        quantity INTEGER, price REAL, discount REAL, ordered_at TEXT, note TEXT)""")
    connection.execute("CREATE TABLE rejected (line INTEGER, reason TEXT, raw TEXT)")
    seen, loaded, rejected = set(), 0, 0
    with open(source, newline="", encoding="utf-8") as file:
        for line, raw in enumerate(csv.DictReader(file), 2):
            try:
                row = {
                    "id": int(raw["id"]),
                    "customer": raw["customer"].strip(),
                    "email": raw["email"].strip().lower(),
                    "country": raw["country"].upper(),
                    "status": raw["status"].lower(),
                    "quantity": int(raw["quantity"]),
                    "price": float(raw["price"]),
                    "discount": float(raw["discount"]),
                    "ordered_at": datetime.strptime(raw["ordered_at"], "%Y-%m-%d %H:%M:%S"),
                    "note": " ".join(raw["note"].split()),
                }
                reason = problem(row, seen)
            except ValueError as error:
                reason = str(error)
            if reason:
                rejected += 1
                connection.execute("INSERT INTO rejected VALUES (?, ?, ?)", (line, reason, str(raw)))
                continue
            seen.add(row["id"])
            loaded += 1
            row["ordered_at"] = row["ordered_at"].isoformat(" ")
            connection.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", tuple(row.values()))
    connection.commit()
    print(loaded, rejected)


main(sys.argv[1], sys.argv[2])
