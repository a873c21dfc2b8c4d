using System.Text;
using System.Text.Json;

namespace DbVc.VersionControl;

/// <summary>
/// Merges JSON objects by key, recursively; arrays are values. Starts from the target's text: what the source did not change stays there byte
/// for byte, what it changed is taken over byte for byte.
/// </summary>
/// <param name="decide">Asked about a path that both sides changed differently: the text to put there, null to remove it.</param>
/// <param name="judgesEqual">Even equal changes are asked about.</param>
internal sealed class JsonMerge(Func<JsonPlace, string?> decide, bool judgesEqual)
{
    /// <summary>The merged object's text.</summary>
    public string Run(JsonText before, JsonText source, JsonText target)
    {
        var text = new StringBuilder();
        WriteObject(text, "$", before, source, target);
        return text.ToString();
    }

    private void WriteObject(StringBuilder text, string path, JsonText before, JsonText source, JsonText target)
    {
        var segments = new List<(string Lead, string Head, string Value)>();
        foreach (var property in target.Properties!)
        {
            var value = Merge($"{path}.{Step(property.Name)}", before.Find(property.Name)?.Value, source.Find(property.Name)?.Value, property.Value);
            if (value is not null) segments.Add((Utf8(property.Lead), Utf8(property.Head), value));
        }

        var lead = target.Properties!.Count > 0 ? Utf8(target.Properties[^1].Lead) : null;
        foreach (var property in source.Properties!.Where(p => target.Find(p.Name) is null))
        {
            var value = Merge($"{path}.{Step(property.Name)}", before.Find(property.Name)?.Value, property.Value, null);
            if (value is not null) segments.Add((lead ?? Utf8(property.Lead), Utf8(property.Head), value));
        }

        text.Append('{');
        for (var i = 0; i < segments.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(i == 0 ? segments[0].Lead.TrimStart(',') : segments[i].Lead);
            text.Append(segments[i].Head).Append(segments[i].Value);
        }

        text.Append(segments.Count > 0 ? Utf8(target.Tail) : "").Append('}');
    }

    /// <summary>The text of one property's value; null where it is removed.</summary>
    private string? Merge(string path, JsonText? before, JsonText? source, JsonText? target)
    {
        var (sourceSame, targetSame) = (Same(before, source), Same(before, target));
        if (sourceSame) return target?.Text;
        if (targetSame) return source?.Text;
        if (Same(source, target) && !judgesEqual) return target?.Text;
        if (source?.Properties is not null && target?.Properties is not null && before?.Properties is not null)
        {
            var text = new StringBuilder();
            WriteObject(text, path, before, source, target);
            return text.ToString();
        }

        return decide(new JsonPlace(path, before?.Text, source?.Text, target?.Text));
    }

    private static bool Same(JsonText? one, JsonText? other) => one is null ? other is null : other is not null && one.Means(other);

    /// <summary>A name as it stands in a path; one that is no plain word stands in quotes.</summary>
    private static string Step(string name) =>
        name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c == '_') ? name : JsonSerializer.Serialize(name, JsonNames.Default.String);

    private static string Utf8(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}

/// <summary>A place in a JSON document that both sides changed differently; texts of JSON, null where it does not exist.</summary>
internal readonly record struct JsonPlace(string Path, string? Base, string? Source, string? Target);

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class JsonNames : System.Text.Json.Serialization.JsonSerializerContext;
