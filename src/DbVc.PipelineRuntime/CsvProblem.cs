using System.Text.Unicode;

namespace DbVc.PipelineRuntime;

/// <summary>Why a record cannot be split into the fields of its header.</summary>
/// <param name="Rule"><c>ragged</c>, <c>encoding</c>, <c>quote</c> or <c>nul</c>.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record CsvProblem(string Rule, string Message)
{
    /// <summary>What is wrong with the bytes of a record; null when they can be split.</summary>
    internal static CsvProblem? Find(ReadOnlySpan<byte> raw, string? quoteProblem)
    {
        if (!Utf8.IsValid(raw))
        {
            return new CsvProblem("encoding", $"Byte {CsvText.FindInvalidUtf8(raw) + 1} of the record has no meaning in the source's encoding.");
        }

        if (raw.Contains((byte)0)) return new CsvProblem("nul", $"Byte {raw.IndexOf((byte)0) + 1} of the record is NUL.");
        return quoteProblem is null ? null : new CsvProblem("quote", $"The quotes of the record do not match: {quoteProblem}.");
    }

    internal static CsvProblem Ragged(int fields, int expected) => new("ragged", $"The record has {fields} fields, the header has {expected}.");
}
