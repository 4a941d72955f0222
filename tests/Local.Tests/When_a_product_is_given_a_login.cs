using System.Text;
using LeadSync.Local.Broker;
using LeadSync.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Spectre.Console;

namespace LeadSync.Local.Tests;

public sealed class When_a_product_is_given_a_login(When_a_product_is_given_a_login.VirtualHost broker)
    : IClassFixture<When_a_product_is_given_a_login.VirtualHost>,
        IAsyncLifetime
{
    // Logins belong to the whole broker: names that no other test has, for each test gives them new passwords.
    private const string Own = "product.given-acme.web";
    private const string Others = "product.given-globex.web";
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private IConnection _acme = null!;
    private IConnection _globex = null!;

    public async ValueTask InitializeAsync()
    {
        _acme = await ConnectAsync("given-acme");
        _globex = await ConnectAsync("given-globex");
    }

    public async ValueTask DisposeAsync()
    {
        await _acme.DisposeAsync();
        await _globex.DisposeAsync();
        await Management.DeleteUserAsync(Own, CancellationToken.None);
        await Management.DeleteUserAsync(Others, CancellationToken.None);
        _http.Dispose();
    }

    [Fact]
    public async Task It_captures_and_hears_what_became_of_its_own_leads()
    {
        await using var channel = await _acme.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );
        await DeclareAsync(channel, Own);
        await channel.QueueBindAsync(Own, ProductLogin.Outcomes, "given-acme.web.*", cancellationToken: Stop);
        await using var globex = await _globex.CreateChannelAsync(cancellationToken: Stop);
        await DeclareAsync(globex, Others);
        await globex.QueueBindAsync(Others, ProductLogin.Outcomes, "given-globex.web.#", cancellationToken: Stop);

        await channel.BasicPublishAsync(
            "leadsync.capture",
            "",
            mandatory: true,
            new BasicProperties { UserId = Own },
            Encoding.UTF8.GetBytes("""{"items":[{"leadId":"1"}]}"""),
            Stop
        );
        await broker.PublishAsync(ProductLogin.Outcomes, "told", key: "given-acme.web.record-written");

        (await broker.CountAsync("mapping.capture")).ShouldBe(1u);
        var heard = await Eventually.Get(() => channel.BasicGetAsync(Own, autoAck: true, Stop));
        Encoding.UTF8.GetString(heard.Body.Span).ShouldBe("told");
        (await globex.BasicGetAsync(Others, autoAck: true, Stop)).ShouldBeNull();
    }

    [Theory]
    [InlineData(ProductLogin.Outcomes, "#")]
    [InlineData(ProductLogin.Outcomes, "given-acme.#")]
    [InlineData(ProductLogin.Outcomes, "*.web.record-written")]
    [InlineData(ProductLogin.Outcomes, "given-acme.chat.record-written")]
    [InlineData(ProductLogin.Outcomes, "given-globex.web.*")]
    [InlineData(ProductLogin.Outcomes, "given-acme.web.*.#")]
    [InlineData("leadsync.capture", "")]
    [InlineData("leadsync.capture.shares", "1")]
    [InlineData("leadsync.record-written", "")]
    public async Task It_cannot_bind_its_queue_to_what_others_are_told(string exchange, string key)
    {
        await using var channel = await _acme.CreateChannelAsync(cancellationToken: Stop);
        await DeclareAsync(channel, Own);

        await ShouldBeRefusedAsync(() => channel.QueueBindAsync(Own, exchange, key, cancellationToken: Stop));
    }

    [Theory]
    [InlineData("mapping.capture")]
    [InlineData("mapping.capture.dead")]
    [InlineData("push.lead-mapped.1")]
    [InlineData(Others)]
    [InlineData("product.given-acme.web2")]
    [InlineData("product.given-acme-web")]
    public async Task It_can_neither_declare_nor_read_a_queue_of_others(string queue)
    {
        await using (var globex = await _globex.CreateChannelAsync(cancellationToken: Stop))
            await DeclareAsync(globex, Others);
        await using (var first = await _acme.CreateChannelAsync(cancellationToken: Stop))
            await ShouldBeRefusedAsync(() => DeclareAsync(first, queue));
        await using var second = await _acme.CreateChannelAsync(cancellationToken: Stop);
        await ShouldBeRefusedAsync(() => second.BasicGetAsync(queue, autoAck: true, Stop));
    }

    [Fact]
    public async Task It_cannot_tell_outcomes_itself()
    {
        await using var channel = await _acme.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            Stop
        );

        var publish = () =>
            channel
                .BasicPublishAsync(ProductLogin.Outcomes, "given-acme.web.record-written", "told"u8.ToArray())
                .AsTask();

        await publish.ShouldThrowAsync<AlreadyClosedException>();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ManagementApi Management => new(_http, broker.Place.Management!, broker.Uri);

    private static async Task DeclareAsync(IChannel channel, string queue) =>
        await channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            cancellationToken: Stop
        );

    private static async Task ShouldBeRefusedAsync(Func<Task> act)
    {
        var refusal = await act.ShouldThrowAsync<OperationInterruptedException>();
        ((int)refusal.ShutdownReason!.ReplyCode).ShouldBe(Constants.AccessRefused);
    }

    private async Task<IConnection> ConnectAsync(string workspace)
    {
        var address = await Publisher.MakeAsync(
            Management,
            broker.Uri,
            workspace,
            "web",
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }),
            Stop
        );
        return await new ConnectionFactory { Uri = address }.CreateConnectionAsync(Stop);
    }

    public sealed class VirtualHost : TestBroker;
}
