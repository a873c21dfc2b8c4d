using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>One answer of a model: reserved at the most that it could cost, and then what it did cost.</summary>
/// <param name="Id">The same for both.</param>
/// <param name="Time">When it was asked for.</param>
/// <param name="Usd">US dollars; null where no price is known.</param>
internal sealed record CostEntry(string Id, DateTimeOffset Time, string Task, string Model, decimal? Usd)
{
    public long Input { get; init; }

    public long Cached { get; init; }

    public long Output { get; init; }

    /// <summary>US dollars that it cost when it was first given, where an answer of before did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Saved { get; init; }

    /// <summary>False while nobody knows what it cost: it is being asked for, or its process died.</summary>
    public bool IsSettled { get; init; }
}

/// <summary>How much may be spent, in US dollars; null for any amount.</summary>
internal sealed record CostBudget(decimal? Task, decimal? Day, decimal? All)
{
    public bool IsOpen => Task is null && Day is null && All is null;
}

/// <summary>
/// What answers cost, one JSON line after the other in <c>costs.jsonl</c>. Who asks reserves first, under a lock, so that many tasks together stay within
/// a budget; an answer whose end nobody saw counts at its most, because the provider may have been paid for it.
/// </summary>
internal sealed class CostLedger(string path, TimeProvider clock, TimeSpan lockTimeout)
{
    public const string FileName = "costs.jsonl";

    /// <summary>Reserves for one answer and names it. Refuses with <c>model.budget</c> where the most that it can cost is more than is left.</summary>
    public string Reserve(string task, string model, decimal? most, CostBudget budget)
    {
        using var file = Open();
        var entries = Read(file);
        var now = clock.GetUtcNow();
        foreach (var (limit, name, spent) in new[]
        {
            (budget.Task, "of the task", Sum(entries.Where(e => e.Task == task))),
            (budget.Day, "of today", Sum(entries.Where(e => e.Time.UtcDateTime.Date == now.UtcDateTime.Date))),
            (budget.All, "of the repository", Sum(entries)),
        })
        {
            if (limit is not { } allowed || spent + (most ?? 0) <= allowed) continue;
            throw new DbVcException(FailureKind.Refused, EndingFailure.Budget, string.Create(CultureInfo.InvariantCulture,
                $"The next answer may cost up to {most:0.####} USD, and of the budget {name} of {allowed:0.####} USD "
                + $"{Math.Max(0, allowed - spent):0.####} are left."),
                model, "db-vc cost report shows what was spent; the budgets are llm.usd_per_task (of one task: --limits usd=AMOUNT), llm.usd_per_day and "
                    + "llm.usd_in_all.");
        }

        var entry = new CostEntry($"{task}#{entries.Count + 1}", now, task, model, most);
        Append(file, entry);
        return entry.Id;
    }

    /// <summary>Writes down what a reserved answer did cost.</summary>
    public void Settle(string id, string task, string model, decimal? usd, (long Input, long Cached, long Output) tokens)
    {
        using var file = Open();
        Append(file, new CostEntry(id, clock.GetUtcNow(), task, model, usd)
        {
            Input = tokens.Input,
            Cached = tokens.Cached,
            Output = tokens.Output,
            IsSettled = true,
        });
    }

    /// <summary>Writes down that an answer of before did.</summary>
    /// <param name="saved">US dollars that it cost then.</param>
    public void NoteReuse(string task, string model, decimal saved)
    {
        using var file = Open();
        Append(file, new CostEntry($"{task}#{Read(file).Count + 1}", clock.GetUtcNow(), task, model, 0) { Saved = saved, IsSettled = true });
    }

    /// <summary>Every answer once, in the order in which they were asked for.</summary>
    public IReadOnlyList<CostEntry> Read()
    {
        if (!File.Exists(path)) return [];
        using var file = Open();
        return Read(file);
    }

    private static decimal Sum(IEnumerable<CostEntry> entries) => entries.Sum(e => e.Usd ?? 0);

    private static List<CostEntry> Read(FileStream file)
    {
        file.Position = 0;
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        var (entries, places) = (new List<CostEntry>(), new Dictionary<string, int>());
        while (reader.ReadLine() is { } line)
        {
            // A line that a crash cut off was of a question that was not asked yet, or of an answer that then counts at its most.
            if (TryRead(line) is not { } entry) continue;
            if (places.TryGetValue(entry.Id, out var place)) entries[place] = entry with { Time = entries[place].Time };
            else
            {
                places[entry.Id] = entries.Count;
                entries.Add(entry);
            }
        }

        return entries;
    }

    private static CostEntry? TryRead(string line)
    {
        try
        {
            return line.Length == 0 ? null : JsonSerializer.Deserialize(line, CostJson.Default.CostEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Append(FileStream file, CostEntry entry)
    {
        file.Position = Math.Max(0, file.Length - 1);
        var isCut = file.Length > 0 && file.ReadByte() != '\n';
        file.Position = file.Length;
        file.Write(Encoding.UTF8.GetBytes((isCut ? "\n" : "") + JsonSerializer.Serialize(entry, CostJson.Default.CostEntry) + "\n"));
        file.Flush(flushToDisk: true);
    }

    private FileStream Open()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (File.Exists(path) && clock.GetElapsedTime(started) < lockTimeout)
            {
                Thread.Sleep(20);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new DbVcException(FailureKind.Failed, "cost.unwritable", "What models cost cannot be written down, so none is asked.", path,
                    "Check free space and permissions, and whether another program holds the file.", failure);
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CostEntry))]
internal sealed partial class CostJson : JsonSerializerContext;
