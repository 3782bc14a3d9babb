from django.urls import path

from playground.accounts import views

urlpatterns = [
    path("", views.Account.as_view(), name="account"),
    path("login", views.LogIn.as_view(), name="log-in"),
    path("logout", views.LogOut.as_view(), name="log-out"),
    path("signup", views.SignUp.as_view(), name="sign-up"),
    path("password", views.ChangePassword.as_view(), name="password"),
    path("reset", views.ResetPassword.as_view(), name="reset"),
    path("reset/sent", views.ResetSent.as_view(), name="reset-sent"),
    path("reset/<uidb64>/<token>", views.NewPassword.as_view(), name="password_reset_confirm"),
    path("leave", views.Leave.as_view(), name="leave"),
]
