namespace DbVc.SystemTests;

/// <summary>Code that writes other values than the source and its preprocessing give, and code that loses or repeats records.</summary>
internal static class FaultyValues
{
    /// <summary>Right as long as the columns stand where they stand; a test that knows of other orders sees it.</summary>
    private const string ByPlace = "columns by place and not by name";

    private const string Loop = "            sink.Begin(reader.Record);\n            if (records.Take()) sink.Accept();\n"
        + "            else sink.Reject(reader.Line, reader.Raw);";

    private static IReadOnlyList<Fault> Values { get; } =
    [
        Read("first and last name are swapped", "row.FirstName = _reader.Cell(_firstNameColumn)", "row.FirstName = _reader.Cell(_lastNameColumn)"),
        Read("two columns are written in the other order", "        Cells.Write(_sink, row.FirstName);\n        Cells.Write(_sink, row.LastName);",
            "        Cells.Write(_sink, row.LastName);\n        Cells.Write(_sink, row.FirstName);"),
        Read("number and customer are swapped", "        Cells.Write(_sink, row.Id);\n        Cells.Write(_sink, row.CustomerId);",
            "        Cells.Write(_sink, row.CustomerId);\n        Cells.Write(_sink, row.Id);"),
        Read(ByPlace, "_noteColumn = reader.FindColumn(\"note\");", "_noteColumn = 10;"),
        Read("a text is cut after ten characters", "row.LastName = _reader.Cell(_lastNameColumn);",
            "var name = _reader.Cell(_lastNameColumn);\n"
                + "        row.LastName = name.IsNull || name.Bytes.Length <= 10 ? name : Text.From(name.ToStringOrNull()![..10]);"),
        Read("quantity one too high", "Cells.Write(_sink, row.Quantity);", "Cells.Write(_sink, row.Quantity + 1);"),
        Read("quantity with the other sign", "Cells.Write(_sink, row.Quantity);", "Cells.Write(_sink, -row.Quantity);"),
        Read("price in cents", "Cells.Write(_sink, row.Price);", "Cells.Write(_sink, row.Price * 100);"),
        Read("price without decimals", "Cells.Write(_sink, row.Price);", "Cells.Write(_sink, row.Price is { } price ? decimal.Truncate(price) : null);"),
        Read("price rounded to tens of cents", "Cells.Write(_sink, row.Price);", "Cells.Write(_sink, row.Price is { } price ? Math.Round(price, 1) : null);"),
        Read("the time one hour later", "Cells.Write(_sink, row.OrderedAt);", "Cells.Write(_sink, row.OrderedAt?.AddHours(1));"),
        Read("the time without its minutes", "Cells.Write(_sink, row.OrderedAt);", "Cells.Write(_sink, row.OrderedAt?.Date);"),
        Read("the day before", "Cells.Write(_sink, row.DeliveredOn);", "Cells.Write(_sink, row.DeliveredOn?.AddDays(-1));"),
        Seen("day and month are swapped", "Cells.Write(_sink, row.DeliveredOn);",
            "Cells.Write(_sink, row.DeliveredOn is { Day: < 13 } day ? new DateOnly(day.Year, day.Day, day.Month) : row.DeliveredOn);"),
        Read("a value is made up for NULL", "Cells.Write(_sink, row.Price);", "Cells.Write(_sink, row.Price ?? 0m);"),
        Read("one value for all", "Cells.Write(_sink, row.Country);", "Cells.Write(_sink, row.Country.IsNull ? row.Country : Text.From(\"DE\"));"),
        Read("a column stays empty", "Cells.Write(_sink, row.Note);", "Cells.Write(_sink, default(Text));"),
        Read("the row before", "Cells.Write(_sink, row.Quantity);", "Cells.Write(_sink, _before);\n        _before = row.Quantity;") with
        {
            Seed = branch =>
            {
                branch.Edit(SeededBranch.Ingestion, "Cells.Write(_sink, row.Quantity);",
                    "Cells.Write(_sink, _before ?? row.Quantity);\n        _before = row.Quantity;");
                branch.Edit(SeededBranch.Ingestion, "    private readonly int _idColumn;", "    private long? _before;\n    private readonly int _idColumn;");
            },
        },
        Read("the source is read as Latin-1", "Encoding = \"utf-8\"", "Encoding = \"iso-8859-1\""),
        Read("another word for NULL", "NullTokens = [\"\"]", "NullTokens = [\"\", \"DE\"]"),
        Step("addresses are not trimmed", "        email = TrimEmail(email);\n", ""),
        Step("addresses stay as they were written", "        email = LowercaseEmail(email, scratch);\n", ""),
        Step("countries in lower case", "Operations.Uppercase(country, scratch)", "Operations.Lowercase(country, scratch)"),
        Step("empty notes stay empty", "        note = TurnEmptyNoteIntoNull(note);\n", ""),
        Step("every address becomes NULL that has a plus", "email = TrimEmail(email);",
            "email = TrimEmail(email);\n        if (email.Bytes.Contains((byte)'+')) email = default;"),
    ];

    private static IReadOnlyList<Fault> Records { get; } =
    [
        Lost("every seventh record is passed over", "            if (reader.Record % 7 == 0) continue;\n" + Loop),
        Lost("it ends after a hundred records", Loop + "\n            if (reader.Record == 100) return;"),
        Lost("the first record is passed over", "            if (reader.Record == 1) continue;\n" + Loop),
        Lost("the last record is never written", "            if (reader.Record == 319) break;\n" + Loop),
        Lost("bad records vanish", "            sink.Begin(reader.Record);\n            if (records.Take()) sink.Accept();"),
        Lost("bad records are called filtered",
            "            sink.Begin(reader.Record);\n            if (records.Take()) sink.Accept();\n            else sink.Filter();"),
        Lost("good records are called filtered",
            "            sink.Begin(reader.Record);\n            if (records.Take() && reader.Record % 3 != 0) sink.Accept();\n"
                + "            else if (reader.Record % 3 == 0) sink.Filter();\n            else sink.Reject(reader.Line, reader.Raw);"),
        Lost("each record comes twice", Loop + "\n" + Loop),
        Lost("numbers of records begin at 0", Loop.Replace("reader.Record)", "reader.Record - 1)", StringComparison.Ordinal)),
        Lost("all records have one number", Loop.Replace("reader.Record)", "1)", StringComparison.Ordinal)),
        Lost("good records are rejected without a reason",
            "            sink.Begin(reader.Record);\n            if (records.Take() && reader.Record % 3 != 0) sink.Accept();\n"
                + "            else sink.Reject(reader.Line, reader.Raw);"),
        Lost("what goes wrong ends the run quietly",
            "            try\n            {\n                if (reader.Record == 50) throw new InvalidOperationException();\n    " + Loop.Replace("\n",
            "\n    ", StringComparison.Ordinal)
            + "\n            }\n            catch (InvalidOperationException)\n            {\n                return;\n            }"),
        Lost("a record throws", "            if (reader.Record == 50) throw new InvalidOperationException(\"fifty\");\n" + Loop),
        Lost("a row with too few cells",
            "            if (reader.Record == 50)\n            {\n                sink.Begin(reader.Record);\n                sink.Integer(50);\n"
                + "                sink.Accept();\n                continue;\n            }\n\n" + Loop),
        new("records: lost, repeated, made up", "columns that the metadata does not know", "integration", branch =>
            branch.Edit(SeededBranch.Ingestion, "new(\"note\", CellKind.Text)", "new(\"notes\", CellKind.Text)")),
        new("records: lost, repeated, made up", "a column is missing", "integration", branch =>
        {
            branch.Edit(SeededBranch.Ingestion, "        new(\"note\", CellKind.Text),\n", "");
            branch.Edit(SeededBranch.Ingestion, "        Cells.Write(_sink, row.Note);\n", "");
        }),
    ];

    public static IEnumerable<Fault> All => [.. Values, .. Values.Where(f => f.Name != ByPlace).Select(f => f.Hidden("integration")), .. Records];

    private static Fault Read(string name, string before, string after) =>
        new("values: other than the source's", name, "unit", branch => branch.Edit(SeededBranch.Ingestion, before, after));

    /// <summary>What generated tests have no value for, and the sample has.</summary>
    private static Fault Seen(string name, string before, string after) => Read(name, before, after) with { Gate = "integration" };

    private static Fault Step(string name, string before, string after) =>
        new("values: steps left out or wrong", name, "unit", branch => branch.Edit(SeededBranch.Preprocessors, before, after));

    private static Fault Lost(string name, string loop) =>
        new("records: lost, repeated, made up", name, "integration", branch => branch.Edit(SeededBranch.Ingestion, Loop, loop));
}
