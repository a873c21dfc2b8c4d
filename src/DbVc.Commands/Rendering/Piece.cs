namespace DbVc.Commands;

/// <summary>How a piece of text looks where colours are shown.</summary>
internal enum Look
{
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Warning,

    /// <summary>The id of a commit, a conflict or a task.</summary>
    Id,

    /// <summary>The name of a branch or tag.</summary>
    Name,
}

/// <summary>A piece of a line, with its look. A class: collections of it are compiled ahead, those of a struct at every start.</summary>
internal sealed record Piece(string Text, Look Look = Look.Plain)
{
    public static implicit operator Piece(string? text) => new(text ?? "");

    public static Piece Strong(string text) => new(text, Look.Strong);

    public static Piece Dim(string text) => new(text, Look.Dim);

    public static Piece Good(string text) => new(text, Look.Good);

    public static Piece Bad(string text) => new(text, Look.Bad);

    public static Piece Warning(string text) => new(text, Look.Warning);

    public static Piece Id(string text) => new(text, Look.Id);

    public static Piece Name(string text) => new(text, Look.Name);
}
