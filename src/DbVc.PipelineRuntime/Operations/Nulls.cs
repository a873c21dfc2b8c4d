using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Operations
{
    private static readonly string[] s_nullTokens = ["", "-", "na", "n/a", "nan", "none", "null", "nil", "\\n"];

    /// <summary>NULL for an empty cell or one of NA, N/A, NaN, NULL, None, nil, -, \N, in any case and with white space around.</summary>
    public static Text HandleNulls(Text value)
    {
        var bytes = Trim(value).Bytes;
        if (bytes.Length > 4) return value;
        foreach (var token in s_nullTokens)
        {
            if (Ascii.EqualsIgnoreCase(bytes, token)) return Text.Null;
        }

        return value;
    }

    /// <summary>NULL for a cell that is exactly one of <paramref name="tokens"/>.</summary>
    public static Text NullTokens(Text value, TextSet tokens) => tokens.Contains(value) ? Text.Null : value;

    /// <summary>NULL for a cell that is empty or white space alone.</summary>
    public static Text EmptyToNull(Text value) => Trim(value).Bytes.IsEmpty ? Text.Null : value;

    /// <summary><paramref name="replacement"/> for NULL.</summary>
    public static Text DefaultTo(Text value, ReadOnlySpan<byte> replacement) => value.IsNull ? new Text(replacement) : value;

    /// <summary>The empty text for NULL.</summary>
    public static Text NullToEmpty(Text value) => value.IsNull ? new Text([]) : value;
}
