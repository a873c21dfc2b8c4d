namespace DbVc.PipelineRuntime;

/// <summary>A text cell in UTF-8 that may be NULL; lives on the stack and points into the source's buffer.</summary>
public readonly ref struct Text
{
    private readonly bool _present;

    /// <summary>Text that is not NULL, possibly empty.</summary>
    public Text(ReadOnlySpan<byte> utf8)
    {
        Bytes = utf8;
        _present = true;
    }

    public static Text Null => default;

    public bool IsNull => !_present;

    /// <summary>UTF-8; empty when NULL.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Text from a string, for tests and constants; null gives NULL.</summary>
    public static Text From(string? value) => value is null ? Null : new Text(System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>The text as a string; null when NULL.</summary>
    public string? ToStringOrNull() => IsNull ? null : System.Text.Encoding.UTF8.GetString(Bytes);

    public override string ToString() => ToStringOrNull() ?? "NULL";
}
