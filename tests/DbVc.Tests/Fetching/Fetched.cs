using System.Text.Json;
using DbVc.Fetching;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>Fetches an address as a task would, and says in one line what came of it.</summary>
internal sealed class Fetched : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("db-vc-fetch-");

    public Dictionary<string, string> Variables { get; } = [];

    public LeapingClock Clock { get; } = new();

    public FetchOptions Options => _options ??= new FetchOptions(Clock, [_folder.FullName])
    {
        PrivateHosts = ["127.0.0.1"],
        Environment = name => Variables.GetValueOrDefault(name),
        Jitter = () => 0.5,
    };

    public string Folder => _folder.FullName;

    private FetchOptions? _options;

    public void Change(Func<FetchOptions, FetchOptions> change) => _options = change(Options);

    /// <summary>The ids that came, ranges shortened: <c>1-25</c>; or code and message of the failure.</summary>
    /// <param name="location">The address.</param>
    /// <param name="source">The members of <c>source</c> besides type and location, as JSON.</param>
    public string Fetch(string location, string source)
    {
        try
        {
            return Ids(Lines(location, source));
        }
        catch (DbVcException failure)
        {
            return $"{failure.Code} {failure.Message} {failure.Where} {failure.Hint}";
        }
    }

    public IReadOnlyList<string> Lines(string location, string source)
    {
        var spec = Read(location, source);
        var path = Path.Combine(Folder, "done.jsonl");
        File.Delete(path);
        using var journal = FetchJournal.Open(Path.Combine(Folder, "unfinished"), spec.Identity, Clock);
        FetchedSources.For(spec, Options).Fetch(journal, CancellationToken.None);
        journal.MoveTo(path);
        return File.ReadAllLines(path);
    }

    public static FetchSpec Read(string location, string source)
    {
        var members = source.Length == 0 ? "" : ", " + source;
        var metadata = $$"""{"source": {"type": "api", "location": "{{location}}"{{members}}}, "schema": {"id": "integer"} }""";
        return MetadataReader.Read(metadata, "t.json").Source.Fetch!;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    public static string Ids(IEnumerable<string> lines)
    {
        var ids = lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetInt32()).ToList();
        var ranges = new List<string>();
        for (var i = 0; i < ids.Count;)
        {
            var end = i;
            while (end + 1 < ids.Count && ids[end + 1] == ids[end] + 1) end++;
            ranges.Add(i == end ? $"{ids[i]}" : $"{ids[i]}-{ids[end]}");
            i = end + 1;
        }

        return string.Join(' ', ranges);
    }
}
