using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>A step that makes other records of the records of a source.</summary>
public abstract record ReshapeStep
{
    /// <summary>The name in metadata.</summary>
    public abstract string Name { get; }

    /// <summary>The step for a person.</summary>
    public abstract string Text { get; }

    /// <summary>The columns that it reads, as paths.</summary>
    internal abstract IReadOnlyList<string> Reads { get; }

    /// <summary>The columns that must be there before it, so that some are there after it.</summary>
    internal virtual IEnumerable<string> ColumnsBefore(IReadOnlyList<string> after) => after.Concat(Reads);

    /// <summary>Does it. Rows come as they are asked for.</summary>
    internal abstract ShapedRows Run(ShapedRows rows, ReshapeTally tally);

    /// <summary>The members that say what it does, so that it is read back as the same.</summary>
    internal abstract void WriteMembers(Utf8JsonWriter json);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("operation", Name);
        WriteMembers(json);
        json.WriteEndObject();
    }

    private protected static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private protected static string List(IEnumerable<string> columns) => string.Join(", ", columns);
}
