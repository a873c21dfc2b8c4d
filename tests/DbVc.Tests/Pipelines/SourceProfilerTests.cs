using System.Text;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>A source as it is, for who has to write code for it.</summary>
public sealed class SourceProfilerTests
{
    private const string Csv = "id,When,note\n1,2026-01-31,x\n2,31.01.2026,\n3,2026-02-01,x\nbroken\n5,2026-02-02,ab\n";

    private static readonly PipelineSpec s_spec = SourceInspector.Inspect(
        MetadataReader.Read(
            """
            {"source": "a.csv",
             "schema": {"id": "integer", "when": {"type": "string", "source_column": "When"}, "note": {"type": "string", "nullable": true}}}
            """, "a.json"), Open);

    [Fact]
    public void Each_column_has_its_types_lengths_forms_and_frequent_values()
    {
        using var stream = Open();
        var profile = SourceProfiler.Read(s_spec, stream, 2, CancellationToken.None);
        Assert.Equal((4, true, 1L), (profile.Records, profile.IsWhole, profile.Broken.Values.Single()));
        Assert.Equal(["id", "When", "note"], profile.Columns.Select(c => c.Name));
        var (id, when, note) = (profile.Columns[0], profile.Columns[1], profile.Columns[2]);
        Assert.Contains(new FrequentValue("integer", 1), id.Readings);
        Assert.Contains(new FrequentValue("date", 0.75), when.Readings);
        Assert.Equal([new("9999-99-99", 0.75), new("99.99.9999", 0.25)], when.Shapes);
        Assert.Equal((1, 2, 1L, 2L), (note.Shortest, note.Longest, note.Nulls, note.Distinct));
        Assert.Equal([new("x", 0.6667)], note.Frequent);
        Assert.Equal([["1", "2026-01-31", "x"], ["2", "31.01.2026", null]], profile.Rows);
    }

    [Fact]
    public void Records_are_read_by_their_numbers()
    {
        using var stream = Open();
        var rows = SourceProfiler.ReadRows(s_spec, stream, new HashSet<long> { 2, 4, 5, 99 }, CancellationToken.None);
        Assert.Equal(["2: id=2 When=31.01.2026 note=NULL", "5: id=5 When=2026-02-02 note=ab"],
            rows.Select(r => $"{r.Record}: {string.Join(' ', r.Cells.Select(c => $"{c.Key}={c.Value ?? "NULL"}"))}"));
    }

    [Fact]
    public void Nothing_is_read_for_no_record()
    {
        using var stream = Open();
        Assert.Empty(SourceProfiler.ReadRows(s_spec, stream, new HashSet<long>(), CancellationToken.None));
    }

    private static MemoryStream Open() => new(Encoding.UTF8.GetBytes(Csv));
}
