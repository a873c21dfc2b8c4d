using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What all gates said about one state of a branch. Its hash is the evidence in a merge commit, so its bytes are canonical.</summary>
public sealed record GateReport
{
    /// <summary>Part of the stored form.</summary>
    public const int FormatVersion = 1;

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public int Version { get; init; } = FormatVersion;

    public required string Branch { get; init; }

    /// <summary>Empty for a branch without code.</summary>
    public required string Task { get; init; }

    /// <summary>When the first gate began, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Hash of the pinned metadata, 40 hexadecimal digits.</summary>
    public required string Metadata { get; init; }

    /// <summary>Hash of the code that was judged, 40 hexadecimal digits; a branch whose code has another was not judged by this report.</summary>
    public required string Code { get; init; }

    public required SandboxMode Sandbox { get; init; }

    public required bool Passed { get; init; }

    public required GateFigures Figures { get; init; }

    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary>Gates that the configuration does not ask.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Whether it is of a branch without code; see <see cref="PlainGates"/>.</summary>
    [JsonIgnore]
    public bool IsPlain => Task.Length == 0;

    /// <summary>The hash of <see cref="ToBytes"/>.</summary>
    [JsonIgnore]
    public Hash Hash => Hash.Of(ToBytes());

    public static GateReport Of(GateContext context, DateTimeOffset time, IReadOnlyList<GateResult> gates) => new()
    {
        Branch = context.Subject.Branch.Text,
        Task = context.Subject.Task?.Text ?? "",
        Time = time.ToUniversalTime(),
        Metadata = context.Subject.MetadataHash.ToString(),
        Code = context.Subject.CodeHash.ToString(),
        Sandbox = context.Sandbox,
        Passed = gates.Count > 0 && gates.All(g => g.Passed),
        Figures = GateFigures.Of(context),
        Gates = gates,
        LeftOut = [.. GateRunner.All.Select(g => g.Name).Except(gates.Select(g => g.Name))],
    };

    /// <summary>Reads what <see cref="ToBytes"/> wrote; throws <c>evidence.damaged</c>.</summary>
    public static GateReport Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var report = JsonSerializer.Deserialize<GateReport>(bytes, s_options) ?? throw new JsonException("null");
            RequireWhole(report);
            return report;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or DbVcException)
        {
            throw new DbVcException(FailureKind.Failed, "evidence.damaged", "A gate report cannot be read.", null, "Run: db-vc verify", failure);
        }
    }

    /// <summary>What comes from elsewhere may be any JSON; whoever reads it relies on this much.</summary>
    private static void RequireWhole(GateReport report)
    {
        string?[] texts = [report.Branch, report.Task, report.Metadata, report.Code];
        if (Array.Exists(texts, t => t is null) || report.Gates is null || report.Figures is null || report.LeftOut is null)
            throw new JsonException("A member is missing.");
        _ = BranchName.Parse(report.Branch);
        if (!report.IsPlain) TaskId.Parse(report.Task);
        foreach (var gate in report.Gates)
        {
            if (gate is not { Name: not null, Summary: not null, Findings: not null, Evidence: not null } || gate.Findings.Any(f => f?.Message is null))
                throw new JsonException("A gate is not whole.");
            if (gate.Evidence["trial"] is { } trial && (trial["sample"]?.GetValue<string>(), trial["read"]?.GetValue<long>()) is not (not null, not null))
                throw new JsonException("A trial is not whole.");
            foreach (var test in gate.Evidence["cases"]?.AsArray() ?? [])
                _ = (test!["name"]!.GetValue<string>(), test["seconds"]!.GetValue<double>(), test["outcome"]!.GetValue<string>());
        }
    }

    /// <summary>Canonical: members in ordinal order, no spaces. Part of the stored form; the hash is over these bytes.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(Sort(JsonSerializer.SerializeToNode(this, s_options)), s_options);

    /// <summary>The same for people, secrets masked.</summary>
    public string ToReadableText(SecretMask mask)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = s_options.Encoder }))
            mask.Write(writer, JsonSerializer.SerializeToElement(Sort(JsonSerializer.SerializeToNode(this, s_options)), s_options));
        stream.WriteByte((byte)'\n');
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A part of a report as one text: members in ordinal order, no spaces.</summary>
    internal static string Canonical(JsonNode? node) => Sort(node)?.ToJsonString(s_options) ?? "null";

    public GateVerdict ToVerdict() => new(Passed, [.. Gates.Select(g => g.ToSummary())]);

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sort(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sort)]),
        _ => node?.DeepClone(),
    };
}

/// <summary>The figures that a reviewer sees first; null where nothing was measured.</summary>
public sealed record GateFigures
{
    public int? TestsPassed { get; init; }

    public int? TestsTotal { get; init; }

    /// <summary>0 to 1.</summary>
    public double? LineCoverage { get; init; }

    /// <summary>0 to 1.</summary>
    public double? BranchCoverage { get; init; }

    /// <summary>0 to 1.</summary>
    public double? MutationScore { get; init; }

    public RowCounts? Rows { get; init; }

    public double? RowsPerSecond { get; init; }

    public static GateFigures Of(GateContext context)
    {
        var (tested, ran) = context.Measured;
        return new GateFigures
        {
            TestsPassed = tested?.Passed,
            TestsTotal = tested?.Total,
            LineCoverage = tested is not { Total: > 0 } ? null : Math.Round(tested.LineCoverage, 4),
            BranchCoverage = tested is not { Total: > 0 } ? null : Math.Round(tested.BranchCoverage, 4),
            MutationScore = tested?.Mutation is { } mutation ? Math.Round(mutation.Score, 4) : null,
            Rows = ran?.Rows,
            RowsPerSecond = ran is null ? null : Math.Round(ran.RowsPerSecond, 1),
        };
    }
}
