namespace DbVc.Orchestration;

/// <summary>How a line of an answer is meant.</summary>
public enum ChatTone
{
    Plain,
    Good,
    Bad,
    Quiet,
}

/// <summary>One line of an answer. Neighbours of several cells are rows of a table.</summary>
/// <param name="Tone">How it is meant.</param>
/// <param name="Cells">One for a sentence, several for a row.</param>
public sealed record ChatLine(ChatTone Tone, IReadOnlyList<string> Cells)
{
    /// <summary>The cells as one text.</summary>
    public override string ToString() => string.Join("  ", Cells.Where(c => c.Length > 0));
}

/// <summary>Collects the lines of an answer.</summary>
internal sealed class ChatText
{
    private const int MostRows = 15;

    private readonly List<ChatLine> _lines = [];

    public IReadOnlyList<ChatLine> Lines => _lines;

    public ChatText Say(params string[] cells) => Add(ChatTone.Plain, cells);

    public ChatText Good(params string[] cells) => Add(ChatTone.Good, cells);

    public ChatText Bad(params string[] cells) => Add(ChatTone.Bad, cells);

    public ChatText Quiet(params string[] cells) => Add(ChatTone.Quiet, cells);

    /// <summary>One line for each item, the first of them; says how many more there are.</summary>
    public ChatText Each<T>(IReadOnlyList<T> items, Func<T, ChatLine> line, int most = MostRows)
    {
        _lines.AddRange(items.Take(most).Select(line));
        return items.Count > most ? Quiet($"… {Model.Quantity.Of(items.Count - most)} more") : this;
    }

    /// <summary>A line by itself.</summary>
    public static ChatLine Line(params string[] cells) => new(ChatTone.Plain, cells);

    private ChatText Add(ChatTone tone, string[] cells)
    {
        _lines.Add(new ChatLine(tone, cells));
        return this;
    }
}
