using System.Text;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class ChangeCounterTests
{
    private const string Head = "{\"source\": \"a.csv\", \"schema\": {\"id\": \"integer\", \"name\": \"string\", \"mail\": \"string\"}, \"preprocessing\": [";

    /// <summary>Steps, the records below <c>id,name,mail</c> with <c>/</c> between them, and what is counted.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "\"trim name\"", "1, a ,x/2,b,x/3,,x", "trim name 1/3" },
        { "\"trim name\", \"uppercase name\"", "1, a ,x/2,B,x", "trim name 1/2; uppercase name 1/2" },
        { "\"treat '-' as null in name\"", "1,-,x/2,b,x/3,,x", "treat '-' as null in name 1/3" },
        { "\"default name to '?'\"", "1,a,x/2,,x", "default name to '?' 1/2" },
        { "\"lowercase mail\"", "1,a,X/2,too,many,cells/3,c,x", "lowercase mail 1/2" },
        { "\"uppercase name\", \"lowercase mail\"", "", "uppercase name 0/0; lowercase mail 0/0" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Changed_cells_are_counted_step_by_step_in_records_that_have_cells(string steps, string records, string expected)
    {
        var counts = Count(steps, records.Length == 0 ? [] : records.Split('/'));
        Assert.Equal(expected, string.Join("; ", counts!.Steps.Select(s => $"{s.Step} {s.Changed}/{s.Of}")));
        Assert.True(counts.IsWhole);
    }

    [Fact]
    public void Without_steps_there_is_nothing_to_count() => Assert.Null(Count("", ["1,a,x"]));

    [Fact]
    public void Only_the_first_hundred_thousand_records_are_looked_at_and_that_is_said()
    {
        var counts = Count("\"uppercase name\"", Enumerable.Repeat("1,a,x", 100_001))!;
        Assert.Equal((100_000, false, 100_000), (counts.Records, counts.IsWhole, counts.Steps[0].Changed));
        Assert.True(Count("\"uppercase name\"", Enumerable.Repeat("1,a,x", 100_000))!.IsWhole);
    }

    /// <summary>Against the same steps done to texts one after the other.</summary>
    [Fact]
    public void Random_cells_are_counted_as_a_model_counts_them()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var records = Enumerable.Range(0, random.Next(30)).Select(i => $"{i},{Cell()},{Cell()}").ToList();
            var spec = Read("\"trim name\", \"lowercase name\", \"treat 'na' as null in name\", \"default name to 'x'\", \"collapse whitespace in mail\"");
            var model = spec.Operations.Select(_ => 0L).ToArray();
            foreach (var record in records)
            {
                var cells = record.Split(',').Select(c => c.Length == 0 ? null : c).ToArray();
                foreach (var field in spec.Fields)
                {
                    var cell = cells[spec.Fields.ToList().IndexOf(field)];
                    foreach (var (step, i) in spec.Operations.Select((o, i) => (o, i)).Where(o => o.o.Field.Name == field.Name))
                    {
                        var after = PipelineSimulator.Preprocess([step], cell);
                        model[i] += after == cell ? 0 : 1;
                        cell = after;
                    }
                }
            }

            var counted = ChangeCounter.Count(spec, Source(records), CancellationToken.None)!;
            Assert.True(model.SequenceEqual(counted.Steps.Select(s => s.Changed)), $"seed {seed}");

            string Cell() => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => "aN n A"[random.Next(6)]));
        }
    }

    private static DbVc.Model.ChangeCounts? Count(string steps, IEnumerable<string> records) =>
        ChangeCounter.Count(Read(steps), Source(records), TestContext.Current.CancellationToken);

    private static PipelineSpec Read(string steps) => SourceInspector.Inspect(MetadataReader.Read(Head + steps + "]}", "a.json"), () => Source(["1,a,x"]));

    private static MemoryStream Source(IEnumerable<string> records) =>
        new(Encoding.UTF8.GetBytes("id,name,mail\n" + string.Concat(records.Select(r => r + "\n"))));
}
