using System.Globalization;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;

namespace DbVc.Models;

/// <summary>Asks again, with growing waits, what may go away; as long as the server asks to be left alone. No other layer tries again.</summary>
internal sealed class PatientChatClient : WholeAnswerClient
{
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    // A server that wants to be left alone for longer is believed, and the task ends.
    private static readonly TimeSpan s_longestAsked = TimeSpan.FromMinutes(5);

    private readonly ModelFailures _failures;
    private readonly int _retries;
    private readonly ResiliencePipeline _patience;

    public PatientChatClient(IChatClient inner, ModelSettings settings, ModelOptions options, ModelFailures failures)
        : base(inner)
    {
        (_failures, _retries) = (failures, settings.Retries);
        var retry = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<PassingFailure>(f => !(f.Wait > s_longestAsked)),
            MaxRetryAttempts = Math.Max(1, _retries),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = s_firstWait,
            MaxDelay = s_longestWait,
            DelayGenerator = args => ValueTask.FromResult(((PassingFailure)args.Outcome.Exception!).Wait),
            OnRetry = args =>
            {
                options.Notice(string.Create(CultureInfo.InvariantCulture,
                    $"{failures.Choice.Name}: {args.Outcome.Exception!.Message.TrimEnd('.')}; asked again in {args.RetryDelay.TotalSeconds:0.#} s."));
                return ValueTask.CompletedTask;
            },
        };
        if (options.Jitter is { } jitter) retry.Randomizer = jitter;
        _patience = _retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = options.Clock }.AddRetry(retry).Build();
    }

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var attempts = 0;
        var asked = messages.ToList();
        try
        {
            return await _patience.ExecuteAsync(async cancel =>
            {
                attempts++;
                return await base.InnerClient.GetResponseAsync(asked, options, cancel).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (PassingFailure failure)
        {
            throw _failures.Finally(failure, attempts);
        }
    }
}
