using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// <c>POST /v1/leads</c> and <c>POST /v1/leads/withdraw</c>: request, confirmed publish, answer. What one item may be is told
/// by <see cref="CaptureReader"/>; what a request may be, by <see cref="Reception{TItem}"/>.
/// </summary>
public static class CaptureLeads
{
    /// <summary>Viewers only look; see <see cref="KeyRole"/>.</summary>
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";

    private static readonly KeyRole[] MayCapture = [KeyRole.Capture, KeyRole.Integrator, KeyRole.Manager];

    public static void AddCapture(this WebApplicationBuilder builder)
    {
        builder.AddSettings<CaptureOptions>("Capture");
        builder.Services.AddSingleton<CapturePublisher>().AddSingleton<CaptureRate>().AddSingleton<IdempotencyStore>();
        builder.Services.AddHostedService<IdempotencySweep>();
        Add(Intakes.Leads);
        Add(Intakes.Withdrawals);

        void Add<TItem>(Intake<TItem> intake)
            where TItem : class, IEventItem =>
            builder
                .Services.AddSingleton(intake)
                .AddSingleton(intake.Kind)
                .AddSingleton<JoinedPublisher<TItem>>()
                .AddSingleton<Reception<TItem>>();
    }

    public static void MapCapture(this WebApplication app)
    {
        app.MapPost("/v1/leads", Take<CapturedLead>)
            .WithSummary("Captures leads: one, a list, or a stream of lines with an answer to each.")
            .ReadsBody<LeadToCapture>(
                "A lead, a list of leads, or one on each line. Idempotency-Key is honoured.",
                orList: true,
                Json,
                Lines
            )
            .Produces<CaptureAnswer>(StatusCodes.Status202Accepted)
            .Produces<ItemAnswer>(StatusCodes.Status202Accepted, Lines)
            .RequireKey(MayCapture);
        app.MapPost("/v1/leads/withdraw", Take<WithdrawnLead>)
            .WithSummary("Withdraws leads: they are dropped here and no longer synced; their CRM records stay.")
            .ReadsBody<LeadToWithdraw>(
                "A lead, a list of leads, or one on each line. Idempotency-Key is honoured.",
                orList: true,
                Json,
                Lines
            )
            .Produces<CaptureAnswer>(StatusCodes.Status202Accepted)
            .Produces<ItemAnswer>(StatusCodes.Status202Accepted, Lines)
            .RequireKey(MayCapture);

        static Task<IResult> Take<TItem>(HttpContext context, ApiKey key)
            where TItem : class, IEventItem =>
            context.RequestServices.GetRequiredService<Reception<TItem>>().TakeAsync(context, key);
    }
}
