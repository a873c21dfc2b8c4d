using DbVc.Fetching;
using DbVc.Pipelines;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

public sealed class ApiIncrementTests : IDisposable
{
    private readonly Fetched _fetched = new();
    private int _count;

    public void Dispose() => _fetched.Dispose();

    [Theory]
    [InlineData("{\"cursor\": \"id\", \"parameter\": \"since\"}", "1-25 | 26-30 | ", ", , 25, 25, 30, 30")]
    [InlineData("\"id\"", "1-25 | 26-30 | ", ", , , , , ")]
    [InlineData("{\"cursor\": \"id\", \"parameter\": \"since\", \"initial\": 20}", "20-25 | 26-30 | ", "20, 20, 25, 25, 30, 30")]
    [InlineData("{\"cursor\": \"id\", \"initial\": 20}", "20-25 | 26-30 | ", ", , , , , ")]
    public void Each_fetch_begins_where_the_last_one_ended(string incremental, string came, string asked)
    {
        var people = 25;
        using var server = new ApiTestServer(q =>
        {
            var from = Math.Max(1, q.Whole("since", 1)) + q.Whole("offset", 0);
            return ApiReply.Json($"[{string.Join(", ", Enumerable.Range(from, Math.Max(0, people - from + 1)).Select(id => $"{{\"id\": {id}}}"))}]");
        });
        var spec = Fetched.Read(server.Root + "/items", $"\"pagination\": \"offset\", \"incremental\": {incremental}");

        List<string> ids = [];
        FetchedCursor? cursor = null;
        for (var fetch = 0; fetch < 3; fetch++)
        {
            (var path, cursor) = Fetch(spec, cursor);
            ids.Add(Fetched.Ids(File.ReadLines(path)));
            people = 30;
        }

        Assert.Equal(came, string.Join(" | ", ids));
        Assert.Equal(asked, string.Join(", ", server.Asked.Select(q => q.Query.GetValueOrDefault("since"))));
    }

    [Fact]
    public void Records_that_are_alike_are_counted_and_texts_are_in_the_order_of_their_bytes()
    {
        string[] pages = [
            "[{\"t\": \"2024-01-02\", \"id\": 1}, {\"t\": \"2024-01-02\", \"id\": 1}, {\"t\": \"2024-01-01\", \"id\": 2}]",
            "[{\"t\": \"2024-01-02\", \"id\": 1}, {\"t\": \"2024-01-02\", \"id\": 1}, {\"t\": \"2024-01-02\", \"id\": 1}, {\"t\": \"2023-12-31\", \"id\": 3}]",
        ];
        using var server = new ApiTestServer(q => ApiReply.Json(pages[q.Number - 1]));
        var spec = Fetched.Read(server.Root + "/items", "\"incremental\": \"t\"");

        var (_, first) = Fetch(spec, null);
        var (path, second) = Fetch(spec, first);
        Assert.Equal("1", Fetched.Ids(File.ReadLines(path)));
        Assert.Equal(3, Assert.Single(second!.Seen).Value);
    }

    private (string Path, FetchedCursor? Cursor) Fetch(FetchSpec spec, FetchedCursor? since)
    {
        var path = Path.Combine(_fetched.Folder, $"new-{++_count}.jsonl");
        using var journal = FetchJournal.Open(Path.Combine(_fetched.Folder, "unfinished"), spec.Identity, _fetched.Clock);
        FetchedSources.For(spec, _fetched.Options with { Since = since }).Fetch(journal, CancellationToken.None);
        return (path, journal.MoveNewTo(path, spec.Increment!, since).Cursor);
    }
}
