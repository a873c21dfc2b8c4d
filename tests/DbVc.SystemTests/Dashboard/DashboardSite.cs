using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A repository with a story, served by the published program, and a browser: made once for all tests of the dashboard.</summary>
public sealed partial class DashboardSite : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-dashboard-").FullName;
    private Process? _server;
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>The address that others are below.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The link that logs in once.</summary>
    public string Link { get; private set; } = "";

    public string Token => File.ReadAllText(Path.Combine(_folder, ".db-version-control", "server-token")).Trim();

    public async ValueTask InitializeAsync()
    {
        await MakeRepositoryAsync();
        _server = Published.Start(_folder, new Dictionary<string, string>(), "serve", "--no-work", "--urls", "http://127.0.0.1:0");
        await ReadGreetingAsync(_server);
        // Other tests have the machine at work, too.
        Assertions.SetDefaultExpectTimeout((float)TimeSpan.FromSeconds(60).TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A browser of its own, logged in with the token.</summary>
    public async Task<IBrowserContext> EnterAsync(ColorScheme scheme = ColorScheme.Light, int width = 1440, int height = 900)
    {
        var context = await OpenAsync(scheme, width, height);
        var answer = await context.APIRequest.PostAsync(Url + "/login", new APIRequestContextOptions
        {
            DataObject = new { token = Token },
            Headers = new Dictionary<string, string> { ["Origin"] = Url },
        });
        Assert.True(answer.Ok, await answer.TextAsync());
        return context;
    }

    /// <summary>A browser of its own, that nobody knows.</summary>
    public Task<IBrowserContext> OpenAsync(ColorScheme scheme = ColorScheme.Light, int width = 1440, int height = 900) =>
        Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });

    private async Task MakeRepositoryAsync()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Published.Root, "dashboard", "sample", "make"), _folder]) { RedirectStandardError = true };
        start.Environment["DBVC"] = $"dotnet {Published.ProgramPath}";
        using var made = Process.Start(start)!;
        var error = await made.StandardError.ReadToEndAsync();
        await made.WaitForExitAsync();
        Assert.True(made.ExitCode == 0, error);
    }

    private async Task ReadGreetingAsync(Process server)
    {
        var said = "";
        while (await server.StandardError.ReadLineAsync() is { } line)
        {
            said += line + "\n";
            if (LoginLink().Match(line) is not { Success: true } found) continue;
            (Link, Url) = (found.Value, found.Groups["url"].Value);
            // Nobody may have to wait because its answers are not read.
            _ = server.StandardOutput.ReadToEndAsync();
            _ = server.StandardError.ReadToEndAsync();
            return;
        }

        Assert.Fail("db-vc serve said no link: " + said);
    }

    [GeneratedRegex(@"(?<url>http://127\.0\.0\.1:[0-9]+)/login\?code=[0-9a-f]+")]
    private static partial Regex LoginLink();
}
