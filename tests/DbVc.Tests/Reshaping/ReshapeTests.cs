using System.Text;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Steps that make other records of those of a source: what each does, and that nothing is lost on the way.</summary>
public sealed class ReshapeTests : IDisposable
{
    private const string Wide = "store,jan,feb,mar\nA,1,,3\nB,4,5,6\n";
    private const string Long = "store,month,amount\nA,jan,1\nB,feb,5\nA,feb,2\nB,jan,\n";
    private const string Prices = "day,store,price\n3,A,30\n1,A,\n2,B,20.5\n2,A,\n4,B,\n1,B,10.25\n";

    private readonly ReshapeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Source, steps, fields, the records that come out.</summary>
    public static TheoryData<string, string, string, string> Done => new()
    {
        { Wide, "\"unpivot jan, feb and mar into month and amount\"", "store month amount", "2:A|jan|1 2:A|feb|∅ 2:A|mar|3 3:B|jan|4 3:B|feb|5 3:B|mar|6" },
        {
            Wide, """{"operation": "melt", "keep": "store", "name_column": "month", "value_column": "amount", "nulls": "drop"}""", "store month amount",
            "2:A|jan|1 2:A|mar|3 3:B|jan|4 3:B|feb|5 3:B|mar|6"
        },
        { Long, "\"pivot month and amount into jan, feb by store\"", "store jan feb", "2:A|1|2 3:B|∅|5" },
        { Long, "\"pivot month and amount into jan by store\"", "store jan", "2:A|1 3:B|∅ 4!pivot:{\"store\":\"A\",\"month\":\"feb\",\"amount\":\"2\"} "
            + "3!pivot:{\"store\":\"B\",\"month\":\"feb\",\"amount\":\"5\"}" },
        { "k,n,v\n1,a,x\n1,a,y\n1,,z\n", "\"pivot n and v into a by k\"", "k a",
            "2:1|x 3!pivot:{\"k\":\"1\",\"n\":\"a\",\"v\":\"y\"} 4!pivot:{\"k\":\"1\",\"n\":null,\"v\":\"z\"}" },
        { Prices, "\"sort by day as number, store descending\"", "day store price", "7:1|B|10.25 3:1|A|∅ 4:2|B|20.5 5:2|A|∅ 2:3|A|30 6:4|B|∅" },
        { Prices, "\"sort by price as number descending\"", "price", "2:30 4:20.5 7:10.25 3:∅ 5:∅ 6:∅" },
        { "n\n10\n9\nx\n-1\n-1.5\n1e1\n0\n\n", "\"sort by n as number\"", "n", "6:-1.5 5:-1 8:0 3:9 2:10 7:1e1 4:x" },
        { "n\n10\n9\nx\n-1\n-1.5\n", "\"sort by n as number desc\"", "n", "2:10 3:9 5:-1 6:-1.5 4:x" },
        { "n\n10\n9\né\nz\n", "\"sort by n\"", "n", "2:10 3:9 5:z 4:é" },
        { "d\n31/01/2024\n01/02/2024\nsoon\n15/01/2024\n", """{"operation": "sort", "by": {"column": "d", "format": "DD/MM/YYYY"}}""", "d",
            "5:15/01/2024 2:31/01/2024 3:01/02/2024 4:soon" },
        { "d\n2024-01-31 12:00:00+02:00\n2024-01-31 11:00:00Z\n2024-01-31\n", "\"sort by d as date\"", "d",
            "4:2024-01-31 2:2024-01-31_12:00:00+02:00 3:2024-01-31_11:00:00Z" },
        { Prices, "\"forward fill price\"", "price", "2:30 3:30 4:20.5 5:20.5 6:20.5 7:10.25" },
        { Prices, "\"forward fill price by store\"", "store price", "2:A|30 3:A|30 4:B|20.5 5:A|30 6:B|20.5 7:B|10.25" },
        { Prices, "\"backward fill price by store\"", "store price", "2:A|30 3:A|∅ 4:B|20.5 5:A|∅ 6:B|10.25 7:B|10.25" },
        { Prices, "\"backward fill price\"", "price", "2:30 3:20.5 4:20.5 5:10.25 6:10.25 7:10.25" },
        { Prices, "\"sort by day as number\", \"forward fill price by store\"", "day store price",
            "3:1|A|∅ 7:1|B|10.25 4:2|B|20.5 5:2|A|∅ 2:3|A|30 6:4|B|20.5" },
        { Prices, "\"fill price with mean\"", "price", "2:30 3:20.25 4:20.5 5:20.25 6:20.25 7:10.25" },
        { Prices, "\"fill price with mean by store\"", "store price", "2:A|30 3:A|30 4:B|20.5 5:A|30 6:B|15.38 7:B|10.25" },
        { Prices, """{"operation": "fill", "column": "price", "method": "mean", "digits": 0, "by": "store"}""", "price", "2:30 3:30 4:20.5 5:30 6:15 7:10.25" },
        { Prices, "\"fill price with median\"", "price", "2:30 3:20.5 4:20.5 5:20.5 6:20.5 7:10.25" },
        { "n,m\n1,\n2,\n,\n", "\"fill n with median\"", "n", "2:1 3:2 4:2" },
        { "n,x\n1,a\n2,b\n,b\nx,a\n,\n", """{"operation": "fill", "columns": ["n", "x"], "method": "mode"}""", "n x", "2:1|a 3:2|b 4:1|b 5:x|a 6:1|a" },
        { "n,g\n1,a\n2,a\n,a\n,b\nx,a\n-4,a\n", "\"fill n with median by g\"", "n g", "2:1|a 3:2|a 4:1|a 5:∅|b 6:x|a 7:-4|a" },
        { "n,m\n0.1,1\n0.2,2\n,\n", "\"fill n, m with mean\"", "n m", "2:0.1|1 3:0.2|2 4:0.2|2" },
        { "n,m\n-0.1,-1\n-0.2,-2\n,\n", "\"fill n, m with mean\"", "n m", "2:-0.1|-1 3:-0.2|-2 4:-0.2|-2" },
        { Prices, """{"operation": "fill", "columns": ["price"], "value": 0}""", "price", "2:30 3:0 4:20.5 5:0 6:0 7:10.25" },
        { Prices, "\"deduplicate by store\"", "day store", "2:3|A 4:2|B" },
        { Prices, "\"deduplicate by store keep last\"", "day store", "5:2|A 7:1|B" },
        { Prices, "\"deduplicate by store keep newest by day as number\"", "day store", "2:3|A 6:4|B" },
        { "k,t\n1,\n1,x\n,a\n,b\n2,5\n2,5\n2,x\n", "\"deduplicate by k keep newest by t as number\"", "k t", "3:1|x 4:∅|a 5:∅|b 7:2|5" },
        { "a,b\n1,\n1,\n1,2\n1,2\n", """{"operation": "deduplicate"}""", "a b", "2:1|∅ 4:1|2" },
        { Prices, "\"sample 6 rows\"", "day", "2:3 3:1 4:2 5:2 6:4 7:1" },
        { Prices, "\"sample 100 %\"", "day", "2:3 3:1 4:2 5:2 6:4 7:1" },
    };

    [Theory]
    [MemberData(nameof(Done))]
    public void Records_come_out_as_the_steps_say(string source, string steps, string fields, string records) =>
        Assert.Equal(records, string.Join(" ", _folder.Reshape("a.csv", source, steps, fields).Select(r => r.Contains('!') ? r : r.Replace(' ', '_'))));

    /// <summary>File, text, other members of the source, steps, fields, records.</summary>
    public static TheoryData<string, string, string, string, string, string> Everywhere => new()
    {
        { "a.jsonl", "{\"a\":{\"b\":2},\"n\":1}\n\n{\"a\":{\"b\":10},\"n\":null}\n{\"a\":{\"b\":1,\"c\":[7,8]}}\n", "",
            "\"sort by a.b as number\", \"forward fill n\"", "a.b n a.c[1]", "4:1|∅|8 1:2|1|∅ 3:10|1|∅" },
        { "a.json", "[{\"id\":1,\"x\":[{\"s\":\"b\"},{\"s\":\"a\"}]},{\"id\":2,\"x\":[]}]", ", \"explode\": \"x\"", "\"sort by x.s\"", "id x.s",
            "1:1|a 1:1|b 1:2|∅" },
        { "a.jsonl", "{\"k\":1,\"jan\":5}\n{\"k\":2,\"feb\":\"NA\"}\n", ", \"null_tokens\": [\"NA\"]",
            """{"operation": "unpivot", "keep": ["k"], "name_column": "m", "value_column": "v"}""", "k m v", "1:1|jan|5 1:1|feb|∅ 2:2|jan|∅ 2:2|feb|∅" },
        { "a.jsonl", "{\"id\":2}\n{broken\n{\"id\":1}\n", "", "\"sort by id as number\"", "id", "3:1 1:2 2!json:{broken" },
        { "a.csv", "ID;Price.Usd\n2;1,5\nx\n1;\"2\n1;\n", ", \"decimal\": \",\"", "\"sort by id as number\", \"fill `price.usd` with mean\"", "id price.usd",
            "5:1|1,5 2:2|1,5 3!ragged:x 4!quote:1;\"2" },
        { "a.csv", "Report of 2024\n\nid\tname\n2\tb\n1\ta\n", "", "\"sort by id as number\"", "id name", "5:1|a 4:2|b" },
        { "a.csv", "id,name\n2,b\nid,name\n1,a\n", "", "\"sort by id\"", "id name", "4:1|a 2:2|b 3!header:id,name" },
        { "a.csv", "2,b\n1,a\n", ", \"header\": false", "\"sort by id\"", "id name", "2:1|a 1:2|b" },
        { "a.csv", "id,2024.01,NA\n1,5,6\n", ", \"null_tokens\": [\"NA\", \"5\"]",
            """{"operation": "unpivot", "columns": ["2024.01", "NA"], "name_column": "m", "value_column": "v"}""", "id m v", "2:1|2024.01|∅ 2:1|NA|6" },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void They_work_on_sources_of_every_form_and_what_cannot_be_read_keeps_line_and_text(
        string file, string text, string more, string steps, string fields, string records) =>
        Assert.Equal(records, string.Join(" ", _folder.Reshape(file, text, steps, fields, more)));

    [Fact]
    public void A_workbook_is_reshaped_and_its_records_keep_the_rows_of_the_sheet()
    {
        File.Copy(Path.Combine(SourceTree.Root, "tests", "DbVc.Tests", "Sources", "files", "orders.xlsx"), _folder.PathOf("orders.xlsx"));
        var spec = _folder.Find("orders.xlsx", "\"sort by amount as number\"", "id amount", ", \"skip_rows\": 2");
        Assert.Equal(["8:4|-5", "5:2|0.3", "4:1|19.99", "7:3|10000000000000000", "9:5|∅"], _folder.Read(spec, "orders.xlsx"));
    }

    [Fact]
    public void What_is_packed_is_reshaped_too()
    {
        using (var packed = new System.IO.Compression.GZipStream(File.Create(_folder.PathOf("a.csv.gz")), System.IO.Compression.CompressionLevel.Fastest))
        {
            packed.Write(Encoding.UTF8.GetBytes(Prices));
        }

        Assert.Equal(["3:1", "7:1"], _folder.Read(_folder.Find("a.csv.gz", "\"sort by day as number\"", "day"), "a.csv.gz").Take(2));
    }

    [Fact]
    public void Every_step_counts_what_it_does()
    {
        _folder.Reshape("a.csv", "k,n,v\n1,a,5\n1,b,\n1,a,6\nx\n,a,?\n", "\"fill v with mean\", \"pivot n and v into a by k\", \"sort by a as number\"", "k a");
        Assert.Equal(
        [
            "read the source: 4 of 5 records, rejected: 1",
            "fill NULLs of v with the mean: 4 of 4 records, cells filled: 1, cells not of the kind: 1",
            "pivot n and v into a, one record for each k: 2 of 4 records, rejected: 2",
            "sort by a as number: 2 of 2 records, cells not of the kind: 1",
        ], _folder.Counts.Select(c => c.ToString()));
    }

    [Fact]
    public void The_same_seed_draws_the_same_and_another_seed_others()
    {
        var source = "n\n" + string.Join("\n", Enumerable.Range(0, 5000)) + "\n";
        var seven = _folder.Reshape("a.csv", source, "\"sample 50 rows with seed 7\"", "n");
        Assert.Equal(50, seven.Count);
        Assert.Equal(seven, _folder.Reshape("a.csv", source, "\"sample 50 rows with seed 7\"", "n"));
        Assert.NotEqual(seven, _folder.Reshape("a.csv", source, "\"sample 50 rows with seed 8\"", "n"));
        Assert.Equal("113:111 120:118 353:351 411:409", string.Join(" ", seven.Take(4)));
        var share = _folder.Reshape("a.csv", source, "\"sample 10 % with seed 1\"", "n").Count;
        Assert.InRange(share, 400, 600);
    }

    [Fact]
    public void Every_record_has_the_same_chance_to_be_drawn()
    {
        var source = "n\n" + string.Join("\n", Enumerable.Range(0, 20)) + "\n";
        var drawn = new int[20];
        for (var seed = 0; seed < 400; seed++)
        {
            foreach (var record in _folder.Reshape("a.csv", source, $"\"sample 5 rows with seed {seed}\"", "n")) drawn[int.Parse(record.Split(':')[1], null)]++;
        }

        // 100 are expected of each; five standard deviations are 43.
        Assert.All(drawn, count => Assert.InRange(count, 57, 143));
    }

    [Fact]
    public void Records_that_were_written_out_to_be_mended_are_not_reshaped_again()
    {
        var text = ReshapedRecord.Rejected(3, "ragged", "Too short.", "x,\"y\"") + "\n{\"#line\":9,\"id\":\"5\"}\n{\"id\":\"6\"}\n";
        File.WriteAllText(_folder.PathOf("mended.csv"), text);
        Assert.Equal(["3!ragged:x,\"y\"", "9:5", "3:6"], _folder.Read(_folder.Find("mended.csv", "\"deduplicate by id\"", "id"), "mended.csv"));
        Assert.Empty(_folder.Counts);
    }

    [Fact]
    public void Metadata_is_written_in_the_one_form_and_read_back_as_the_same()
    {
        const string Steps = """
            "unpivot a.b, c into m and v", "sort by m as number descending, v",
            {"operation": "fill", "columns": ["v"], "method": "mean", "digits": 3, "by": ["m"]},
            {"operation": "deduplicate", "keys": ["m"], "by": {"column": "v", "format": "DD.MM.YYYY"}}, "sample 5 % with seed 3",
            {"operation": "fill", "column": "m", "value": "x"},
            {"operation": "pivot", "keys": ["m"], "name_column": "v", "value_column": "w", "columns": ["a.b", "d"]}
            """;
        var spec = ReshapeFolder.Declare("a.csv", Steps, "m a.b d");
        var again = MetadataReader.Read(spec.ToCanonicalJson(), "again.json");
        Assert.Equal(spec.ToCanonicalJson(), again.ToCanonicalJson());
        Assert.Equal(spec.Source.Reshape!.Steps.Select(s => s.Text), again.Source.Reshape!.Steps.Select(s => s.Text));
    }
}
