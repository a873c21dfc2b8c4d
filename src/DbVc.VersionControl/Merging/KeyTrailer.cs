using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// New keys as lines at the end of a merge's message, one for each run of consecutive keys: <c>Rekeyed: {"table":"orders","column":"id",
/// "before":{"id":"i3"},"after":4,"rows":2}</c>. Part of the commit, so that whoever reads it later knows which row is which.
/// </summary>
public static class KeyTrailer
{
    private const string Trailer = "Rekeyed: ";

    /// <summary>The lines for these changes.</summary>
    public static IEnumerable<string> Write(IReadOnlyList<KeyChange> changes)
    {
        for (var start = 0; start < changes.Count;)
        {
            var rows = 1;
            while (start + rows < changes.Count && IsFollowedBy(changes[start], changes[start + rows], rows)) rows++;
            var line = new TrailerLine(changes[start].Table, changes[start].Column,
                changes[start].Before.ToDictionary(p => p.Name, p => ValueText(p.Value)), changes[start].After, rows);
            yield return Trailer + JsonSerializer.Serialize(line, TrailerJson.Default.TrailerLine);
            start += rows;
        }
    }

    /// <summary>What a merge's message says; lines that say something else are passed over.</summary>
    public static IReadOnlyList<KeyChange> Read(string message)
    {
        var changes = new List<KeyChange>();
        if (!message.Contains(Trailer, StringComparison.Ordinal)) return changes;
        foreach (var text in message.Split('\n').Where(line => line.StartsWith(Trailer, StringComparison.Ordinal)))
        {
            if (Parse(text[Trailer.Length..]) is not { } line) continue;
            for (var row = 0; row < line.Rows; row++)
            {
                var key = line.Before.Select(p => new NamedValue(p.Key, p.Key == line.Column ? Shift(ValueOf(p.Value), row) : ValueOf(p.Value)));
                changes.Add(new KeyChange(line.Table, line.Column, [.. key], line.After + row));
            }
        }

        return changes;
    }

    private static bool IsFollowedBy(KeyChange first, KeyChange next, int distance) =>
        next.Table == first.Table && next.Column == first.Column && next.After == first.After + distance && next.Before.Count == first.Before.Count
        && first.Before.Zip(next.Before).All(pair => pair.First.Name == pair.Second.Name
            && (pair.First.Name == first.Column ? Shift(pair.First.Value, distance) : pair.First.Value) == pair.Second.Value);

    private static Value Shift(Value value, long by) => Value.Integer(value.AsInteger + by);

    private static TrailerLine? Parse(string json)
    {
        try
        {
            var line = JsonSerializer.Deserialize(json, TrailerJson.Default.TrailerLine);
            return line is { Table: not null, Column: not null, Before: not null } ? line : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException)
        {
            return null;
        }
    }

    private static string ValueText(Value value) => value.Kind switch
    {
        ValueKind.Integer => "i" + value,
        ValueKind.Text => "t" + Convert.ToBase64String(value.AsBytes.Span),
        ValueKind.Blob => "b" + Convert.ToBase64String(value.AsBytes.Span),
        ValueKind.Real => FormattableString.Invariant($"r{BitConverter.DoubleToInt64Bits(value.AsReal)}"),
        _ => "n",
    };

    private static Value ValueOf(string text) => text.Length == 0 ? Value.Null : text[0] switch
    {
        'i' => Value.Integer(long.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)),
        't' => Value.Text(Convert.FromBase64String(text[1..])),
        'b' => Value.Blob(Convert.FromBase64String(text[1..])),
        'r' => Value.Real(BitConverter.Int64BitsToDouble(long.Parse(text.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))),
        _ => Value.Null,
    };
}

/// <summary>A run of rows as it stands in a message; part of the format of commits.</summary>
internal sealed record TrailerLine(string Table, string Column, Dictionary<string, string> Before, long After, int Rows);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrailerLine))]
internal sealed partial class TrailerJson : JsonSerializerContext;
