using DbVc.Agents;
using Microsoft.Extensions.AI;

namespace DbVc.Orchestration;

/// <summary>A model that is asked for one run of a task, and what that costs.</summary>
internal sealed class OpenedModel(IChatClient client) : IDisposable
{
    private MeteredChatClient? _paid;

    public IChatClient Client { get; private init; } = client;

    /// <summary>US dollars so far; null where no price is known.</summary>
    public decimal? Usd => _paid is null ? 0 : _paid.Usd;

    /// <summary>US dollars that answers cost when they were first given, and now did not; 0 where no price is known.</summary>
    public decimal Saved { get; private set; }

    /// <summary>One at an address, whose answers are kept.</summary>
    public static OpenedModel OfProvider(MeteredChatClient paid, AnswerCache cache, bool mayReuse)
    {
        OpenedModel opened = null!;
        opened = new OpenedModel(new CachingChatClient(paid, cache, paid.Model, mayReuse, usage => opened.Saved += paid.Reuse(usage))) { _paid = paid };
        return opened;
    }

    /// <summary>Whether asking costs nothing.</summary>
    public bool IsFree => _paid is null;

    /// <summary>The model, asked only where what was merged before does not do.</summary>
    /// <param name="past">Null: it is asked.</param>
    public IChatClient Remembering(Lesson? past) => past is null ? Client : new RememberingChatClient(Client,
        [.. past.Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new BranchFile(BranchPath.Parse(f.Key), f.Value))]);

    public void Dispose() => Client.Dispose();
}
