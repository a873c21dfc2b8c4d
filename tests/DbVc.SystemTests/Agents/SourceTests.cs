using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Sources of every form through a whole task: metadata, generated code in the real sandbox, gates, rows in the live database.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly SampleShop _shop = new();

    public void Dispose() => _shop.Dispose();

    /// <summary>Source file, its text, the members of source besides the location, schema, counts, and the names that are loaded.</summary>
    [Theory]
    [InlineData("parts.jsonl", """
        {"id":1,"part":{"name":"bolt"},"price":1.10}
        {"id":2,"part":{"name":"nut"}}
        {"id":3,"part":{"name":"nut","name":"ring"}}
        {"id":4,"part":
        """, "", """ "id": "integer", "name": {"type": "string", "path": "part.name"}, "price": "decimal" """, 4, 2, "bolt,nut")]
    [InlineData("parts.json", """
        {"total": 3, "data": {"items": [
          {"id": 1, "tags": ["a", "b"]},
          {"id": 2, "tags": []}
        ]}}
        """, """ "records": "data.items", "explode": "tags" """, """ "id": "integer", "name": {"type": "string", "path": "tags"} """, 3, 3, "a,b")]
    [InlineData("parts.json", """
        [{"id": 1, "name": "bolt"}, {"id": "x", "name": "nut"}, {"id": 3, "name": "ring"}]
        """, "", """ "id": "integer", "name": "string" """, 3, 2, "bolt,ring")]
    [InlineData("parts.csv", """
        Parts of 2024

        'id';'name';'price'
        1;'bolt; long';1,10
        2;'open;2,20
        # said by hand
        3;'ring';3,30
        Total;;6,60
        """, """ "decimal": ",", "comment": "#", "footer": "Total" """, """ "id": "integer", "name": "string", "price": "decimal" """, 3, 2, "bolt; long,ring")]
    public void A_source_of_any_form_is_loaded_and_what_is_broken_is_quarantined(
        string file, string text, string source, string schema, int read, int loaded, string names)
    {
        File.WriteAllText(_shop.Sample(file), text);
        var report = Create(file, source, schema);
        Assert.True(report.State == TaskState.Ready, report.Error + string.Join("; ", report.Gates.Where(g => !g.Passed).SelectMany(g => g.Findings)));
        Assert.Equal(new RowCounts(read, loaded, read - loaded, 0), report.Rows);
        Assert.Equal(MergeState.Merged, _shop.Merge("agent-parts").State);
        Assert.Equal(names, _shop.Ask("SELECT group_concat(name, ',') FROM (SELECT name FROM parts WHERE name IS NOT NULL ORDER BY rowid)"));
    }

    private AgentReport Create(string file, string source, string schema)
    {
        var members = source.Length == 0 ? "" : ", " + source;
        File.WriteAllText(_shop.Sample("pipeline.json"), $$"""
            {
              "source": {"location": "{{file}}"{{members}}},
              "destination": "parts",
              "schema": {{{schema}}},
              "test_data": {"validation_threshold": 0.4}
            }
            """);
        return _shop.Create("pipeline.json", "agent-parts");
    }
}
