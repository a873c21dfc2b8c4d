using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Tests;

/// <summary>Metadata for tests.</summary>
internal static class SampleMetadata
{
    /// <summary>The short form of the product's first document.</summary>
    public static string SeedShort => Read("01-seed-short.json");

    /// <summary>The long form of the product's first document.</summary>
    public static string SeedLong => Read("02-seed-long.json");

    /// <summary>Every type, many rules and operations.</summary>
    public static string Orders => Read("03-orders.json");

    /// <summary>Names and texts that try to leave their place in generated code.</summary>
    public static string Hostile => Read("04-hostile.json");

    /// <summary>Rows that are left out, shares, premises, and conditions on groups of fields.</summary>
    public static string Filters => Read("05-filters.json");

    /// <summary>The names of all files in <c>tests/metadata</c>: metadata of every kind, which generated code is proven on.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Directory.GetFiles(Path.Combine(SourceTree.Root, "tests", "metadata")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static string Read(string file) => SourceTree.Read($"tests/metadata/{file}");

    /// <summary>The fields that rules are tried on.</summary>
    public const string Fields = """
        "id": "integer", "email": "string", "age": "integer", "name": "string", "city": "string", "status": "string", "homepage_url": "string",
        "price": "decimal", "total": "decimal", "quantity": "integer", "rate": "float", "active": "boolean",
        "start_date": "date", "end_date": "date", "seen_at": "timestamp", "full name": "string", "created at": "timestamp", "in": "string", "is": "integer"
        """;

    /// <summary>Metadata with one validation on <see cref="Fields"/>.</summary>
    public static string WithRule(string rule) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "validations": [{{JsonSerializer.Serialize(rule)}}]}""";

    /// <summary>Metadata with one preprocessing step on <see cref="Fields"/>.</summary>
    public static string WithStep(string step) => $$"""{"source": "x.csv", "schema": {{{Fields}}}, "preprocessing": [{{JsonSerializer.Serialize(step)}}]}""";

    /// <summary>The rules that a sentence gives, without those of the schema.</summary>
    public static IReadOnlyList<PipelineRule> ReadRules(string rule) => [.. MetadataReader.Read(WithRule(rule), "test.json").Rules.Where(r => !r.FromSchema)];
}
