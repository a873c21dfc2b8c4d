using System.Text;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class ExpectedRecordsTests
{
    private const string Metadata = """
        {"source": "a.csv", "schema": {"id": "integer", "name": "string", "mail": "string"},
         "preprocessing": ["trim name", "lowercase mail"], "validations": ["id between 1 and 9"]}
        """;

    /// <summary>The record <c>1, Ann ,A@B.DE</c>, as code might give it, and what is said of it.</summary>
    public static TheoryData<object?[], string> Rows => new()
    {
        { [1L, "Ann", "a@b.de"], "" },
        { [2L, "Ann", "a@b.de"], "id is not what the metadata makes of it: the code gives another number than the metadata" },
        { [1L, null, "a@b.de"], "name is not what the metadata makes of it: the code gives NULL, the metadata a value" },
        {
            [1L, " Ann ", "A@b.de"],
            "name is not what the metadata makes of it: the code gives 5 letters, the metadata 3, and they differ from letter 1 on; "
            + "mail is not what the metadata makes of it: the code gives 6 letters, the metadata 6, and they differ from letter 1 on"
        },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_column_that_is_other_than_the_metadata_makes_it_is_named_without_a_value(object?[] row, string said) =>
        Assert.Equal(said, Say(Read().FindDifferences(1, new ArrayRow(row))));

    [Fact]
    public void Records_that_the_code_takes_or_leaves_against_the_metadata_are_told_apart()
    {
        var expected = Read();
        Assert.Equal("The code accepts what the metadata does not: by the metadata it is rejected: id must be between 1 and 9",
            Say(expected.FindDifferences(2, new ArrayRow([99L, "Bob", "b@c.de"]))));
        Assert.Equal("The code rejects what the metadata does not: by the metadata it is a good one", Say(expected.FindDifferencesOfRejected(1, ["id:range"])));
        Assert.Equal("The code rejects by other rules than the metadata: by the metadata it is rejected by id:range",
            Say(expected.FindDifferencesOfRejected(2, ["name:not_null"])));
        Assert.Empty(expected.FindDifferencesOfRejected(2, ["id:range"]));
        Assert.Equal("The code leaves out what the metadata does not: by the metadata it is a good one", Say(expected.FindDifferencesOfLeftOut(1)));
        Assert.Empty(expected.FindDifferencesOfLeftOut(3));
    }

    private static string Say(IReadOnlyList<RecordDifference> differences) => string.Join("; ", differences.Select(d => $"{d.What}: {d.How}"));

    private static ExpectedRecords Read()
    {
        var spec = SourceInspector.Inspect(MetadataReader.Read(Metadata, "a.json"), Source);
        return ExpectedRecords.Read(spec, Source(), 100, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
    }

    private static MemoryStream Source() => new(Encoding.UTF8.GetBytes("id,name,mail\n1, Ann ,A@B.DE\n99,Bob,b@c.de\n"));
}
