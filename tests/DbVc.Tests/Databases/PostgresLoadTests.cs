using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Loading by COPY: only offending rows are refused, whatever they offend, and whatever the server says about them.</summary>
public sealed class PostgresLoadTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly PostgresFixture _fixture = new(15);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Exactly_the_offending_rows_of_many_are_refused_each_with_its_sentence(int seed)
    {
        const string Name = "odd, line 3: \"x\"";
        var random = new Random(seed);
        using var database = _fixture.NewDatabase(
            $"""
            CREATE TABLE parents (id int PRIMARY KEY); INSERT INTO parents SELECT generate_series(1, 10);
            CREATE TABLE {_fixture.Quote(Name)} (id int PRIMARY KEY, v varchar(5) NOT NULL, n numeric(6,2) CHECK (n >= 0), p int REFERENCES parents, d date);
            INSERT INTO {_fixture.Quote(Name)} VALUES (5, 'old', 0, 1, NULL);
            """, out _);
        var table = DatabaseContent.Read(database).Schema.FindTable(_fixture.TableName(Name))!;
        var expected = new Dictionary<int, string>();
        var seen = new HashSet<long> { 5 };
        using (var load = database.BeginLoad(table, Long))
        {
            for (var i = 0; i < 600; i++)
            {
                Value[] row = [Value.Integer(random.Next(1, 900)), Value.Text("ok\t\\\n"), Value.Text("1.50"), Value.Integer(random.Next(1, 11)),
                    Value.Text("2024-02-29")];
                switch (random.Next(12))
                {
                    case 0: Break(1, Value.Text("too long"), "Value too long"); break;
                    case 1: Break(1, Value.Null, "Null value"); break;
                    case 2: Break(2, Value.Text("-1"), "check constraint"); break;
                    case 3: Break(3, Value.Integer(99), ""); break;
                    case 4: Break(4, Value.Text("2023-02-29"), "date/time field value out of range"); break;
                    case 5: Break(2, Value.Text("line 3"), "invalid input syntax"); break;
                }

                if (!expected.ContainsKey(i) && !seen.Add(row[0].AsInteger)) expected[i] = "Duplicate key value";
                Set(load, row);

                void Break(int column, Value value, string sentence) => (row[column], expected[i]) = (value, sentence);
            }

            var refused = load.Flush();
            Assert.Equal(expected.Keys, refused.Select(r => r.Row));
            // A row that refers to nothing may have a key that is taken as well, and the server names that first.
            Assert.Contains(refused, r => r.Sentence.Contains("not present in table", StringComparison.Ordinal));
            Assert.All(refused, r => Assert.True(r.Sentence.Contains(expected[r.Row], StringComparison.OrdinalIgnoreCase),
                $"seed {seed}: {expected[r.Row]}: {r.Sentence}"));
            load.Commit();
        }

        Assert.Equal(seen.Order(), DatabaseContent.Read(database).Rows[table.Name].Select(r => r[0].AsInteger).Order());
    }

    [Fact]
    public void A_row_without_a_number_gets_one_and_a_number_that_comes_moves_the_sequence()
    {
        using var database = _fixture.NewDatabase("CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);", out var location);
        using (var load = database.BeginLoad(DatabaseContent.Read(database).Schema.FindTable("t")!, Long))
        {
            Set(load, [Value.Null, Value.Text("a")]);
            Set(load, [Value.Integer(20_000), Value.Text("b")]);
            Assert.Empty(load.Flush());
            load.Commit();
        }

        _fixture.Execute(location, "INSERT INTO t (v) VALUES ('c')");
        var ids = DatabaseContent.Read(database).Rows["t"].Select(r => r[0].AsInteger).ToList();
        Assert.Equal((3, 1L, true), (ids.Count, ids[0], ids[2] > 20_000));
    }

    private static void Set(IBulkLoad load, Value[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            switch (row[i].Kind)
            {
                case ValueKind.Integer: load.SetInteger(i, row[i].AsInteger); break;
                case ValueKind.Text: load.SetText(i, row[i].AsBytes.Span); break;
                case ValueKind.Null: load.SetNull(i); break;
                default: throw new InvalidOperationException(row[i].Kind.ToString());
            }
        }

        load.Insert();
    }
}
