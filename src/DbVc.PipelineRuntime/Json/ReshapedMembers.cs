namespace DbVc.PipelineRuntime;

/// <summary>What a reshaped record says about itself, among its own members. Part of the form of records that are written out to be mended.</summary>
internal static class ReshapedMembers
{
    /// <summary>The line in the source where the record began.</summary>
    public const string Line = "#line";

    /// <summary>The rule that it breaks; it is rejected then.</summary>
    public const string Rule = "#rule";

    /// <summary>One sentence about that, for a person.</summary>
    public const string Message = "#message";

    /// <summary>How it was written in the source.</summary>
    public const string Raw = "#raw";

    public static IReadOnlyList<string> All { get; } = [Line, Rule, Message, Raw];
}
