using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Finds how the records of a JSON source follow each other, and which paths they have.</summary>
internal sealed class JsonInspector(PipelineSpec spec, List<string> notes)
{
    private const int MostRecords = 1000;
    private const int MostNames = 2000;
    private const int DeepestName = 8;
    private const int MostShown = 20;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _arrays = [];

    /// <summary>Where arrays of objects are in a source that is one object; known once its form is.</summary>
    public IReadOnlyList<string> Arrays => _arrays;

    private JsonOptions Declared => spec.Source.Json!;

    private IEnumerable<string> Wanted => spec.NeededColumns.Select(Canonical);

    /// <summary>Throws <c>source.records</c> for one object in which the records are not named.</summary>
    public JsonOptions FindForm(Stream stream)
    {
        var start = ReadStart(stream, out var encoding);
        var options = Declared with { Encoding = encoding };
        var first = start.Length == 0 ? 0 : start[0];
        if (Declared.Records.Length > 0 || first == '[')
        {
            if (spec.Source.Declared.Contains("form")) notes.Add("The source is called JSON Lines, but it is an array.");
            return options with { Form = JsonForm.Array };
        }

        if (spec.Source.Declared.Contains("form") || first != '{') return options with { Form = JsonForm.Lines };
        var lineEnd = Array.IndexOf(start, (byte)'\n');
        var line = start.AsSpan(0, lineEnd < 0 ? start.Length : lineEnd);
        var rest = lineEnd < 0 ? [] : start.AsSpan(lineEnd).TrimStart(" \r\n\t"u8);
        var firstIsWhole = IsWhole(line);
        if (firstIsWhole && rest.Length > 0) return options with { Form = JsonForm.Lines };
        Collect(start);
        var missing = Wanted.Where(w => !_names.Contains(w)).ToList();
        // Without an array the object can only be a record, though one that lacks something.
        if (missing.Count == 0 || _arrays.Count == 0) return options with { Form = firstIsWhole ? JsonForm.Lines : JsonForm.Sequence };
        var places = string.Join(", ", _arrays.Select(a => $"'{a}'"));
        throw new PipelineException("source.records",
            $"The source is one object without '{missing[0]}'. Say where its records are, for example \"records\": \"{_arrays[0]}\". "
            + $"Arrays of objects are at {places}.");
    }

    /// <summary>The paths that the first records have; throws <c>source.column-missing</c> where a declared one is in none of them.</summary>
    public IReadOnlyList<string> ReadNames(Stream stream, JsonOptions options)
    {
        _names.Clear();
        var reader = new JsonReader(stream, options with { Explode = "" });
        var records = 0;
        while (records < MostRecords && reader.Read())
        {
            records++;
            if (reader.Problem is null) Collect(reader.Raw);
        }

        if (options.IsReshaped) _names.ExceptWith(ReshapedMembers.All);
        foreach (var name in Wanted.Where(w => !_names.Contains(w) && !w.Contains('[', StringComparison.Ordinal)))
        {
            var near = Suggestion.Nearest(name, _names);
            var known = string.Join(", ", _names.Take(MostShown).Select(n => $"'{n}'")) + (_names.Count > MostShown ? ", …" : "");
            throw new PipelineException("source.column-missing",
                $"None of the first {records} records has '{name}'. {(near is null ? "" : $"Did you mean '{near}'? ")}"
                + $"They have {(known.Length == 0 ? "nothing that can be read" : known)}.");
        }

        return [.. _names];
    }

    /// <summary>The path as the names of a source are written.</summary>
    public static string Canonical(string path) => JsonPath.TryParse(path, out var steps) ? JsonPath.Write(steps) : path;

    private byte[] ReadStart(Stream stream, out string encoding)
    {
        var raw = new byte[SourceInspector.SampleBytes];
        raw = raw[..stream.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false)];
        encoding = Declared.Encoding;
        if (!spec.Source.Declared.Contains("encoding") && SourceSniffer.FindWideEncoding(raw) is { } wide)
        {
            notes.Add($"The source has no byte order mark and reads as {wide}: nearly every second byte is zero.");
            encoding = wide;
        }

        var decoder = new SourceDecoder(new MemoryStream(raw), encoding);
        var text = new byte[SourceInspector.SampleBytes * 2];
        var length = 0;
        for (int count; length < text.Length - 16 && (count = decoder.Read(text.AsSpan(length))) > 0;) length += count;
        return text.AsSpan(0, length).TrimStart(" \r\n\t"u8).ToArray();
    }

    private static bool IsWhole(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Collect(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record, isFinalBlock: false, default);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject) CollectObject(ref reader, []);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // What is broken here is rejected with its reason when it is read.
        }
    }

    private void CollectObject(ref Utf8JsonReader reader, List<object> steps)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            steps.Add(reader.GetString()!);
            var path = JsonPath.Write(steps);
            if (_names.Count < MostNames) _names.Add(path);
            if (!reader.Read()) return;
            CollectValue(ref reader, steps, path);
            steps.RemoveAt(steps.Count - 1);
        }
    }

    private void CollectValue(ref Utf8JsonReader reader, List<object> steps, string path)
    {
        if (reader.TokenType == JsonTokenType.StartObject && steps.Count < DeepestName)
        {
            CollectObject(ref reader, steps);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray || path != Canonical(Declared.Explode))
        {
            CollectArray(ref reader, path);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) CollectValue(ref reader, steps, path);
    }

    /// <summary>Notes where arrays of objects are, for advice, and passes over the value.</summary>
    private void CollectArray(ref Utf8JsonReader reader, string path)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) return;
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        if (!reader.Read()) return;
        if (isArray && reader.TokenType == JsonTokenType.StartObject && !_arrays.Contains(path)) _arrays.Add(path);
        while (reader.CurrentDepth > depth || reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            if (!reader.Read()) return;
        }
    }
}
