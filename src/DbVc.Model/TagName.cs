namespace DbVc.Model;

/// <summary>A valid name of a tag.</summary>
public readonly record struct TagName
{
    private TagName(string text) => Text = text;

    public string Text { get; }

    /// <summary>Accepts what a branch name may be, <c>main</c> excepted; throws a usage failure that says what is wrong.</summary>
    public static TagName Parse(string? text)
    {
        var problem = text == BranchName.Main.Text ? "it is the protected branch" : BranchName.FindProblem(text);
        return problem is null
            ? new TagName(text!)
            : throw new DbVcException(FailureKind.Usage, "tag.name", $"'{text}' is not a name for a tag: {problem}.",
                hint: "Use letters, digits, '.', '_', '-' and '/', for example release-2026.01.");
    }

    public override string ToString() => Text;
}
