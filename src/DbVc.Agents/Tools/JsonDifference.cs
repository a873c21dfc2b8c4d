using System.Globalization;
using System.Text.Json;

namespace DbVc.Agents;

/// <summary>Compares JSON by meaning: the order of members and the spelling of numbers do not count.</summary>
internal static class JsonDifference
{
    private const int MaxShown = 80;

    /// <summary>The first difference as a sentence with its JSON path; null if there is none.</summary>
    public static string? Find(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object) return FindInObjects(expected, actual, path);
        if (expected.ValueKind == JsonValueKind.Array && actual.ValueKind == JsonValueKind.Array) return FindInArrays(expected, actual, path);
        return AreEqualValues(expected, actual) ? null : $"at {path} expected {Show(expected)}, got {Show(actual)}";
    }

    private static string? FindInObjects(JsonElement expected, JsonElement actual, string path)
    {
        foreach (var member in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(member.Name, out var value)) return $"{MemberPath(path, member.Name)} is missing";
            if (Find(member.Value, value, MemberPath(path, member.Name)) is { } difference) return difference;
        }

        // A member given twice would be compared by its last value and hide the first.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in actual.EnumerateObject())
        {
            if (!expected.TryGetProperty(member.Name, out _)) return $"{MemberPath(path, member.Name)} should not be there";
            if (!seen.Add(member.Name)) return $"{MemberPath(path, member.Name)} is there twice";
        }

        return null;
    }

    private static string? FindInArrays(JsonElement expected, JsonElement actual, string path)
    {
        var length = Math.Min(expected.GetArrayLength(), actual.GetArrayLength());
        for (var i = 0; i < length; i++)
        {
            if (Find(expected[i], actual[i], $"{path}[{i}]") is { } difference) return difference;
        }

        return expected.GetArrayLength() == actual.GetArrayLength()
            ? null
            : $"{path} has {actual.GetArrayLength()} entries, expected {expected.GetArrayLength()}";
    }

    private static bool AreEqualValues(JsonElement expected, JsonElement actual) => expected.ValueKind == actual.ValueKind && expected.ValueKind switch
    {
        JsonValueKind.String => string.Equals(expected.GetString(), actual.GetString(), StringComparison.Ordinal),
        JsonValueKind.Number => AreEqualNumbers(expected.GetRawText(), actual.GetRawText()),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
        _ => false,
    };

    private static bool AreEqualNumbers(string expected, string actual)
    {
        if (expected == actual) return true;
        return decimal.TryParse(expected, NumberStyles.Float, CultureInfo.InvariantCulture, out var before)
            && decimal.TryParse(actual, NumberStyles.Float, CultureInfo.InvariantCulture, out var after)
            && before == after;
    }

    private static string MemberPath(string path, string name) => $"{path}.{OneLine.Of(name, MaxShown)}";

    private static string Show(JsonElement value) => OneLine.Of(value.GetRawText(), MaxShown);
}
