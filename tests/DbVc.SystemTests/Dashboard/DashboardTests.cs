using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The dashboard in a browser, as people use it.</summary>
public sealed class DashboardTests(DashboardSite site) : IClassFixture<DashboardSite>
{
    private static readonly string s_axe = File.ReadAllText(Path.Combine(Published.Root, "dashboard", "node_modules", "axe-core", "axe.min.js"));

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 1440)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Every_page_is_accessible_fits_and_asks_nobody_else(ColorScheme scheme, int width)
    {
        await using var context = await site.EnterAsync(scheme, width);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        var name = "";
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") faults.Add($"{name}: {message.Text}");
        };
        page.PageError += (_, error) => faults.Add($"{name}: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Url + "/", StringComparison.Ordinal)) faults.Add($"{name}: asks {request.Url}");
        };
        foreach (var (next, (path, prepare)) in DashboardPages.All)
        {
            name = next;
            await page.GotoAsync(site.Url + path);
            await prepare(page);
            await page.EvaluateAsync(s_axe);
            var found = await page.EvaluateAsync<JsonElement>("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
                + ".filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes[0].html)");
            faults.AddRange(found.EnumerateArray().Select(fault => $"{name}: {fault}"));
            if (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth")) faults.Add($"{name}: is wider than the screen");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task The_link_logs_in_once_and_who_logs_out_is_out()
    {
        await using var context = await site.OpenAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Link);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "main" })).ToBeVisibleAsync();

        await using var second = await site.OpenAsync();
        var answer = await (await second.NewPageAsync()).GotoAsync(site.Link);
        Assert.False(answer!.Ok);

        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Token")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByLabel("Token")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_wrong_token_is_refused_in_words_and_the_right_one_opens_the_page_that_was_asked_for()
    {
        await using var context = await site.OpenAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Url + "/branches/agent-sensors");
        await page.GetByLabel("Token").FillAsync("dbvc_wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("Token").FillAsync(site.Token);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "agent-sensors" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("agent-sensors", "FAIL")]
    [InlineData("agent-orders", "PASS")]
    [InlineData("stock", "OPEN")]
    public async Task A_branch_says_in_a_word_how_it_stands(string branch, string word)
    {
        await using var context = await site.EnterAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Url + "/");
        var card = page.GetByRole(AriaRole.Listitem).Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = branch, Exact = true }) });
        await Assertions.Expect(card.GetByText(word, new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_row_is_found_and_its_history_read_with_the_keyboard_alone()
    {
        await using var context = await site.EnterAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Url + "/tables/customers");
        var grid = page.GetByRole(AriaRole.Grid, new() { Name = "customers" });
        await Assertions.Expect(grid.GetByText("Björn Ueda")).ToBeVisibleAsync();
        for (var presses = 0; presses < 60 && !await grid.EvaluateAsync<bool>("grid => grid === document.activeElement"); presses++)
            await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Control+End");
        await Assertions.Expect(grid.Locator("[data-active]")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "History of the row" }).GetByText("Added")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_new_appears_by_itself()
    {
        await using var context = await site.EnterAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Url + "/branches");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "stock" })).ToBeVisibleAsync();
        var made = await context.APIRequest.PostAsync(site.Url + "/api/v1/branch/create", new APIRequestContextOptions
        {
            DataObject = new { name = "appears" },
            Headers = new Dictionary<string, string> { ["Origin"] = site.Url },
        });
        Assert.True(made.Ok, await made.TextAsync());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "appears" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
    }

    [Fact]
    public async Task Pages_come_with_a_strict_policy_and_assets_stay_in_the_cache()
    {
        using var client = new HttpClient();
        using var page = await client.GetAsync(new Uri(site.Url + "/branches/x"), TestContext.Current.CancellationToken);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("no-cache", page.Headers.CacheControl!.ToString());
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var script = Regex.Match(html, "/assets/[^\"]+\\.js").Value;
        using var asset = await client.GetAsync(new Uri(site.Url + script), TestContext.Current.CancellationToken);
        Assert.Contains("immutable", asset.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var none = await client.GetAsync(new Uri(site.Url + "/assets/none.js"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var api = await client.GetAsync(new Uri(site.Url + "/api/v1/none"), TestContext.Current.CancellationToken);
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType!.MediaType);
    }
}
