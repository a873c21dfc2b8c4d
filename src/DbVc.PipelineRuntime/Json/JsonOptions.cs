namespace DbVc.PipelineRuntime;

/// <summary>How the records of a JSON source follow each other.</summary>
public enum JsonForm
{
    /// <summary>One record a line; a line that is no record spoils no other.</summary>
    Lines,

    /// <summary>The elements of an array.</summary>
    Array,

    /// <summary>One value after the other, each over as many lines as it likes.</summary>
    Sequence,
}

/// <summary>How a JSON source is written.</summary>
public sealed record JsonOptions
{
    public static JsonOptions Default { get; } = new();

    /// <summary>One of <see cref="TextEncodings.Names"/> or another name of it; a byte order mark in the source wins over it.</summary>
    public string Encoding { get; init; } = "utf-8";

    public JsonForm Form { get; init; } = JsonForm.Lines;

    /// <summary>The path of the array in the one object that the source is; empty when the source is the array.</summary>
    public string Records { get; init; } = "";

    /// <summary>The path of an array within each record; each of its elements becomes a record, which has the fields around it too. Empty: none.</summary>
    public string Explode { get; init; } = "";

    /// <summary>
    /// Lines that the host wrote of records that it reshaped: each says in which line of the source it began, or why it could not be read.
    /// </summary>
    public bool IsReshaped { get; init; }

    /// <summary>Texts that read as NULL besides null, compared exactly.</summary>
    public IReadOnlyList<string> NullTokens { get; init; } = [];

    /// <summary>Longest record in bytes of UTF-8; a longer one is rejected, memory stays bounded.</summary>
    public int MaxRecordBytes { get; init; } = 16 * 1024 * 1024;
}
