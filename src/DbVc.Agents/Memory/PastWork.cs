using System.Text.Json;
using System.Text.Json.Serialization;

namespace DbVc.Agents;

/// <summary>An English rule that was understood before, and what it became.</summary>
/// <param name="English">As it was written.</param>
/// <param name="Canonical">In the one wording.</param>
/// <param name="CSharp">The expression; null where only the host judges it.</param>
public sealed record PastRule(string English, string Canonical, string? CSharp);

/// <summary>A merge of the like that a reviewer said no to.</summary>
/// <param name="Reason">As the person wrote it.</param>
/// <param name="By">Who.</param>
/// <param name="On">The day, <c>YYYY-MM-DD</c>, UTC.</param>
/// <param name="Tables">What it was to load.</param>
public sealed record PastRejection(string Reason, string By, string On, IReadOnlyList<string> Tables);

/// <summary>What earlier work taught about the like of a task, for the model that begins with it: little, masked, and as JSON, in which no text can end
/// early. It is an example and an opinion; nothing depends on a model that heeds it.</summary>
/// <param name="Rejected">Merges of the like that were rejected.</param>
/// <param name="Rules">Rules of the like.</param>
public sealed record PastWork(IReadOnlyList<PastRejection> Rejected, IReadOnlyList<PastRule> Rules)
{
    private const int MostEach = 5;
    private const int MostText = 300;

    /// <summary>The text as a model gets it; empty for nothing.</summary>
    public string Write(Disclosure disclosure)
    {
        if (Rejected.Count + Rules.Count == 0) return "";
        string Cut(string text, bool showsNumbers) => OneLine.Of(disclosure.Sentence(text, showsNumbers), MostText);
        return JsonSerializer.Serialize(new PastWork(
            [.. Rejected.Take(MostEach).Select(r => r with { Reason = Cut(r.Reason, showsNumbers: false) })],
            [
                .. Rules.Take(MostEach).Select(r => new PastRule(Cut(r.English, showsNumbers: true), Cut(r.Canonical, showsNumbers: true),
                    r.CSharp is null ? null : Cut(r.CSharp, showsNumbers: true))),
            ]), PastJson.Default.PastWork);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PastWork))]
internal sealed partial class PastJson : JsonSerializerContext;
