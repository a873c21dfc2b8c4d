using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public abstract partial class DatabaseConformance
{
    /// <summary>Canonical values, as a pipeline hands them over; all differ.</summary>
    private static readonly Dictionary<FieldType, string[]> s_plainValues = new()
    {
        [FieldType.Text] = ["", "a", "A", "a ", "ä", "it's \\ \"quoted\" \t\n", "🙂", "NULL", "\\N"],
        [FieldType.Integer] = ["0", "-1", "9223372036854775807", "-9223372036854775808"],
        [FieldType.Real] = ["0", "0.1", "-1.7976931348623157E+308", "5E-324", "123456789.123"],
        [FieldType.Decimal] = ["0", "0.1", "-12.5", "1000", "123456789.012345", "7922816251426433759354395033", "0.0000000000000000000000000001"],
        [FieldType.Boolean] = ["true", "false"],
        [FieldType.Date] = ["2024-02-29", "0001-01-01", "9999-12-31"],
        [FieldType.Timestamp] = ["2024-02-29 00:00:00", "2024-02-29 23:59:59.5", "0001-01-01 00:00:00.000001", "9999-12-31 23:59:59", "2024-03-01 00:00:00Z"],
    };

    [Fact]
    public void A_table_in_the_words_of_metadata_is_made_and_holds_every_value()
    {
        var draft = new TableDraft(Fixture.TableName(Fixture.OddName("Order \"x\"")),
        [
            new("id", FieldType.Integer) { Nullable = false },
            new("part", FieldType.Text) { Nullable = false },
            .. s_plainValues.Keys.Select(t => new ColumnDraft("a " + t, t)),
            new("short", FieldType.Text) { MaxLength = 3, Default = "it's" [..3] },
            new("yes", FieldType.Boolean) { Nullable = false, Default = "true" },
            new("now", FieldType.Timestamp) { DefaultsToNow = true },
        ], ["id", "part"]);
        using var database = Fixture.NewDatabase("", out _);
        using (var session = database.BeginApply(Short))
        {
            Assert.True(session.Apply(new DatabaseDelta([new TableDelta(null, Fixture.Provider.Tables.Make(draft), [])], [], [])).IsClean);
            session.Commit();
        }

        var table = DatabaseContent.Read(database).Schema.FindTable(draft.Name)!;
        Assert.Equal(draft.PrimaryKey, table.PrimaryKey);
        Assert.All(draft.Columns, c => Assert.True(Fixture.Provider.Tables.CanHold(table.FindColumn(c.Name)!, c.Type), c.Name));
        using (var load = database.BeginLoad(table, Short))
        {
            for (var i = 0; i < 9; i++)
            {
                Set(load, 0, FieldType.Integer, "1");
                Set(load, 1, FieldType.Text, s_plainValues[FieldType.Text][i]);
                var column = 2;
                foreach (var (type, values) in PlainValues()) Set(load, column++, type, values[i % values.Length]);
                Set(load, column++, FieldType.Text, "äöü");
                Set(load, column++, FieldType.Boolean, "true");
                load.Insert();
            }

            Assert.Empty(load.Flush());
            load.Commit();
        }

        var rows = DatabaseContent.Read(database).Rows[draft.Name];
        Assert.Equal(9, rows.Count);
        foreach (var (position, (type, values)) in PlainValues().Index())
        {
            Assert.Equal(values.Select(v => KeyOf(type, Canonical(type, v))).Order(), rows.Select(r => KeyOf(type, r[position + 2])).Distinct().Order());
        }
    }

    [Fact]
    public void Foreign_keys_indexes_and_the_digits_of_decimals_are_made_as_metadata_says()
    {
        var (parent, child) = (Fixture.TableName(Fixture.OddName("pa rent")), Fixture.TableName(Fixture.OddName("child \"x\"")));
        using var database = Fixture.NewDatabase("", out _);
        ColumnDraft[] key2 = [new("a", FieldType.Integer) { Nullable = false }, new("b", FieldType.Text) { Nullable = false, MaxLength = 20 }];
        Make(new TableDraft(parent, key2, ["a", "b"]));
        var made = DatabaseContent.Read(database).Schema.FindTable(parent)!;
        ColumnDraft[] columns =
        [
            new("id", FieldType.Integer) { Nullable = false },
            new("pa", FieldType.Integer) { Referenced = made.FindColumn("a") },
            new("pb", FieldType.Text) { Referenced = made.FindColumn("b") },
            new("price", FieldType.Decimal) { Precision = 10, Scale = 2 },
            new("note", FieldType.Text),
        ];
        Make(new TableDraft(child, columns, ["id"])
        {
            ForeignKeys = [new ForeignKey { Columns = ["pa", "pb"], ReferencedTable = parent, ReferencedColumns = ["a", "b"], OnDelete = "CASCADE" }],
        }, new IndexDraft(child, "by note", [columns[4], columns[3]], false), new IndexDraft(child, "by price", [columns[3]], true));

        var schema = DatabaseContent.Read(database).Schema;
        var key = Assert.Single(schema.FindTable(child)!.ForeignKeys);
        Assert.Equal((parent, "pa pb", "a b", "CASCADE"),
            (key.ReferencedTable, string.Join(' ', key.Columns), string.Join(' ', key.ReferencedColumns), key.OnDelete));
        Assert.EndsWith("(10,2)", schema.FindTable(child)!.FindColumn("price")!.DeclaredType, StringComparison.Ordinal);
        Assert.Contains(schema.Objects, o => o.Kind == SchemaObjectKind.Index && o.Table == child && o.Name.EndsWith("by note", StringComparison.Ordinal));
        Assert.Contains(schema.FindTable(child)!.Uniques, u => u.SequenceEqual(["price"]));

        void Make(TableDraft draft, params IndexDraft[] indexes)
        {
            using var session = database.BeginApply(Short);
            var objects = indexes.Select(Fixture.Provider.Tables.MakeIndex).ToList();
            Assert.True(session.Apply(new DatabaseDelta([new TableDelta(null, Fixture.Provider.Tables.Make(draft), [])], [], objects)).IsClean);
            session.Commit();
        }
    }

    private IEnumerable<(FieldType Type, string[] Values)> PlainValues() => s_plainValues.Select(p => (p.Key,
        p.Key != FieldType.Decimal ? p.Value : [.. p.Value.Where(v => v.Count(char.IsAsciiDigit) <= Fixture.DecimalDigits)]));

    private static Value Canonical(FieldType type, string text) => type switch
    {
        FieldType.Integer => Value.Integer(long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
        FieldType.Boolean => Value.Integer(text == "true" ? 1 : 0),
        FieldType.Real => Value.Real(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
        _ => Value.Text(text),
    };

    private static void Set(IBulkLoad load, int column, FieldType type, string text)
    {
        var value = Canonical(type, text);
        if (value.Kind == ValueKind.Integer) load.SetInteger(column, value.AsInteger);
        else if (value.Kind == ValueKind.Real) load.SetReal(column, value.AsReal);
        else load.SetText(column, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The key that a stored value has for the rule about duplicates.</summary>
    private static UInt128 KeyOf(FieldType type, Value value)
    {
        var key = UniqueKey.Start();
        switch (value.Kind)
        {
            case ValueKind.Integer:
                StoredKey.Add(ref key, type, value.AsInteger);
                break;
            case ValueKind.Real:
                StoredKey.Add(ref key, type, value.AsReal);
                break;
            default:
                StoredKey.Add(ref key, type, value.AsBytes.Span);
                break;
        }

        return key.Finish();
    }
}
